# hint: of which gauge it complains
def leaking(readings):
    for levels in readings.values():
        if len(levels) < 3:
            raise ValueError("three readings are needed")
    return sorted(g for g, levels in readings.items() if levels[-1] > levels[1])
