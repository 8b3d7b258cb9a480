# hint: Three places, and nothing in them
from collections import deque


def run_all(*coroutines):
    results = [None] * len(coroutines)
    ready = deque(enumerate(coroutines))
    while ready:
        place, coroutine = ready.popleft()
        try:
            results[place] = coroutine.send(None)
        except StopIteration:
            continue
        ready.append((place, coroutine))
    return results
