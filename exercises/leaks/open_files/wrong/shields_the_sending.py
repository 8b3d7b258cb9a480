# hint: ended in your code
import asyncio


async def export(rows, send, open_file):
    sent = 0
    with open_file() as file:
        for row in rows:
            file.write(row)
        file.seek(0)
        while chunk := file.read(4):
            try:
                await send(chunk)
            except asyncio.CancelledError:
                break
            sent += len(chunk)
        return sent
