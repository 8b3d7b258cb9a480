# hint: Which lines can be left
async def export(rows, send, open_file):
    file = open_file()
    for row in rows:
        file.write(row)
    sent = 0
    file.seek(0)
    with file:
        while chunk := file.read(4):
            await send(chunk)
            sent += len(chunk)
    return sent
