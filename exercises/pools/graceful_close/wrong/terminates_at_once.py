# hint: was cut short
async def close_all(pools, seconds):
    busy = [
        name for name, pool in pools.items() if pool.get_idle_size() < pool.get_size()
    ]
    for pool in pools.values():
        pool.terminate()
    return busy
