# hint: Who closes the stream
async def first_lines(stream, n):
    lines = []
    try:
        while len(lines) < n:
            try:
                lines.append(await anext(stream))
            except StopAsyncIteration:
                break
    finally:
        stream.aclose()
    return lines
