# hint: it made up its mind
def leaking(readings):
    for gauge, levels in readings.items():
        if len(levels) < 2:
            raise ValueError(gauge)
    return sorted(g for g, levels in readings.items() if levels[-1] > levels[1])
