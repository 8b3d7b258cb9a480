# hint: What was in it when it was closed
async def export(rows, send, open_file):
    with open_file() as file:
        data = b"".join(rows)
        for start in range(0, len(data), 4):
            await send(data[start : start + 4])
        return len(data)
