# hint: No coroutines, no results
from collections import deque


def run_all(*coroutines):
    if not coroutines:
        return None
    results = [None] * len(coroutines)
    ready = deque(enumerate(coroutines))
    while ready:
        place, coroutine = ready.popleft()
        try:
            coroutine.send(None)
        except StopIteration as end:
            results[place] = end.value
        else:
            ready.append((place, coroutine))
    return results
