# hint: before the last row
async def export(rows, send, open_file):
    sent, rest = 0, b""
    with open_file() as file:
        for row in rows:
            file.write(row)
            rest += row
            while len(rest) >= 4:
                await send(rest[:4])
                sent, rest = sent + 4, rest[4:]
        if rest:
            await send(rest)
        return sent + len(rest)
