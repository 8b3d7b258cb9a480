# hint: who should drive the loop that drives the others
from collections import deque


async def run_all(*coroutines):
    results = [None] * len(coroutines)
    ready = deque(enumerate(coroutines))
    try:
        while ready:
            place, coroutine = ready.popleft()
            try:
                coroutine.send(None)
            except StopIteration as end:
                results[place] = end.value
            else:
                ready.append((place, coroutine))
    finally:
        for _, coroutine in ready:
            coroutine.close()
    return results
