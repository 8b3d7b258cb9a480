# hint: Which reading comes after it
def leaking(readings):
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(gauge)
    return sorted(g for g, levels in readings.items() if levels[-1] > levels[0])
