# hint: belong to the caller
def leaking(readings):
    leaks = []
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(gauge)
        first = levels.pop(0)
        if levels[-1] > levels[0]:
            leaks.append(gauge)
    return sorted(leaks)
