# hint: Which lines can be left
import asyncio


async def export(rows, send, open_file):
    file = open_file()
    try:
        for row in rows:
            file.write(row)
        sent = 0
        file.seek(0)
        while chunk := file.read(4):
            await send(chunk)
            sent += len(chunk)
        return sent
    finally:
        asyncio.get_running_loop().call_soon(file.close)
