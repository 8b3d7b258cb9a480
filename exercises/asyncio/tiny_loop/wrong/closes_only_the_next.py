# hint: the other was forgotten
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
        except Exception:
            ready[0][1].close()
            raise
        else:
            ready.append((place, coroutine))
    return results
