async def first_lines(stream, n):
    lines = []
    async for line in stream:
        lines.append(line)
        if len(lines) == n:
            break
    return lines
