# hint: the caller is not told
async def export(rows, send, open_file):
    file, sent = open_file(), 0
    try:
        for row in rows:
            file.write(row)
        file.seek(0)
        while chunk := file.read(4):
            await send(chunk)
            sent += len(chunk)
    finally:
        file.close()
        return sent
