# hint: the worst kind
from collections import deque


def run_all(*coroutines):
    results = [None] * len(coroutines)
    ready = deque(enumerate(coroutines))
    while ready:
        place, coroutine = ready.popleft()
        try:
            coroutine.send(None)
        except StopIteration as end:
            results[place] = end.value
        except Exception as error:
            print("failed:", error)
        else:
            ready.append((place, coroutine))
    return results
