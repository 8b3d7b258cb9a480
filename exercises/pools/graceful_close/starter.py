async def close_all(pools, seconds):
    for pool in pools.values():
        await pool.close()
    return []
