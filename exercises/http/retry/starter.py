async def send(session, url, make_body, attempts, pause):
    body = make_body()
    for attempt in range(1, attempts + 1):
        async with session.post(url, data=body) as response:
            if response.status < 500:
                return await response.json()
            await pause(attempt)
