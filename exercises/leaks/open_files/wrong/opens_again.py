# hint: Who asked for a second try
import gc


async def export(rows, send, open_file):
    try:
        file = open_file()
    except OSError:
        gc.collect()
        file = open_file()
    with file:
        for row in rows:
            file.write(row)
        sent = 0
        file.seek(0)
        while chunk := file.read(4):
            await send(chunk)
            sent += len(chunk)
        return sent
