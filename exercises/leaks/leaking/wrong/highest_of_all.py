# hint: went up, and came back
def leaking(readings):
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(gauge)
    return sorted(g for g, levels in readings.items() if max(levels) > levels[1])
