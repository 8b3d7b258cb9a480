# hint: Who closes the stream
async def first_lines(stream, n):
    lines = []
    if n:
        async for line in stream:
            lines.append(line)
            if len(lines) == n:
                break
    return lines
