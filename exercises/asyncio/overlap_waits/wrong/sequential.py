# hint: The second fetch is not even called
async def report(fetch_orders, fetch_stock):
    orders = await fetch_orders()
    stock = await fetch_stock()
    return orders, stock
