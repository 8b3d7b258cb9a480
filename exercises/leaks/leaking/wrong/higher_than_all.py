# hint: stands still between two readings
def leaking(readings):
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(gauge)
    return sorted(g for g, levels in readings.items() if levels[-1] > max(levels[:-1]))
