# hint: its neighbour loses a turn
def run_all(*coroutines):
    results = {}
    ready = list(coroutines)
    while ready:
        for coroutine in ready:
            try:
                coroutine.send(None)
            except StopIteration as end:
                results[coroutine] = end.value
                ready.remove(coroutine)
    return [results[coroutine] for coroutine in coroutines]
