# hint: Where does a coroutine go
def run_all(*coroutines):
    results = []
    for coroutine in coroutines:
        while True:
            try:
                coroutine.send(None)
            except StopIteration as end:
                results.append(end.value)
                break
    return results
