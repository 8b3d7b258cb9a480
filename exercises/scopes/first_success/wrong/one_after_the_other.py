# hint: All calls should be under way from the start
async def first_success(calls):
    errors = []
    for call in calls:
        try:
            return await call()
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup("every call failed", errors)
