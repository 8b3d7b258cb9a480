# hint: begins when the one before
import asyncio


async def export(rows, send, open_file):
    with open_file() as file:
        file.writelines(rows)
        file.seek(0)
        chunks = iter(lambda: file.read(4), b"")
        chunks = list(chunks)
        await asyncio.gather(*map(send, chunks))
        return sum(map(len, chunks))
