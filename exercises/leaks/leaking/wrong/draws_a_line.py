# hint: Two readings decide
def leaking(readings):
    leaks = []
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(gauge)
        rest = levels[1:]
        middle = (len(rest) - 1) / 2
        slope = sum((number - middle) * level for number, level in enumerate(rest))
        if slope > 0:
            leaks.append(gauge)
    return sorted(leaks)
