# hint: and that is the end
async def export(rows, send, open_file):
    with open_file() as file:
        for row in rows:
            file.write(row)
        sent = 0
        file.seek(0)
        while chunk := file.read(4):
            try:
                await send(chunk)
            except ConnectionError:
                await send(chunk)
            sent += len(chunk)
        return sent
