# hint: How do you remember who stood where
from collections import deque


def run_all(*coroutines):
    results = []
    ready = deque(coroutines)
    while ready:
        coroutine = ready.popleft()
        try:
            coroutine.send(None)
        except StopIteration as end:
            results.append(end.value)
        else:
            ready.append(coroutine)
    return results
