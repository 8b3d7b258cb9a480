# hint: What drives a coroutine
async def report(fetch_orders, fetch_stock):
    orders = fetch_orders()
    stock = fetch_stock()
    return await orders, await stock
