# hint: Chunks of four bytes
async def export(rows, send, open_file):
    with open_file() as file:
        file.writelines(rows)
        sent = 0
        file.seek(0)
        for line in file:
            await send(line)
            sent += len(line)
        return sent
