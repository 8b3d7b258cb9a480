# hint: the one that the coroutine raised
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
            raise RuntimeError("a coroutine failed") from error
        else:
            ready.append((place, coroutine))
    return results
