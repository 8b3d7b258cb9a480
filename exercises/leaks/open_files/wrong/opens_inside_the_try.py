# hint: What does the caller get instead
async def export(rows, send, open_file):
    try:
        file = open_file()
        for row in rows:
            file.write(row)
        sent = 0
        file.seek(0)
        while chunk := file.read(4):
            await send(chunk)
            sent += len(chunk)
        return sent
    finally:
        file.close()
