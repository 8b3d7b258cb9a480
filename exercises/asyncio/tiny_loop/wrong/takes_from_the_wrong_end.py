# hint: From which end
def run_all(*coroutines):
    results = [None] * len(coroutines)
    ready = list(enumerate(coroutines))
    while ready:
        place, coroutine = ready.pop()
        try:
            coroutine.send(None)
            ready.insert(0, (place, coroutine))
        except StopIteration as end:
            results[place] = end.value
    return results
