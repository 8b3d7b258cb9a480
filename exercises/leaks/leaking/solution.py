def leaking(readings):
    leaks = []
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(f"{gauge}: {len(levels)} readings are not enough")
        if levels[-1] > levels[1]:
            leaks.append(gauge)
    return sorted(leaks)
