# hint: Who closes the stream
async def first_lines(stream, n):
    lines = []
    while len(lines) < n:
        try:
            lines.append(await anext(stream))
        except StopAsyncIteration:
            break
    del stream
    return lines
