# hint: What kind of exception is a cancellation?
async def first_lines(stream, n):
    lines = []
    try:
        while len(lines) < n:
            try:
                lines.append(await anext(stream))
            except StopAsyncIteration:
                break
    except Exception:
        await stream.aclose()
        raise
    await stream.aclose()
    return lines
