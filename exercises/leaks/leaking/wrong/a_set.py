# hint: returns a list of names
def leaking(readings):
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(gauge)
    return {g for g, levels in readings.items() if levels[-1] > levels[1]}
