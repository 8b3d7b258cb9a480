# hint: stands still between two readings
def leaking(readings):
    leaks = []
    for gauge, levels in readings.items():
        if len(levels) < 3:
            raise ValueError(gauge)
        after = levels[1:]
        if all(a < b for a, b in zip(after, after[1:])):
            leaks.append(gauge)
    return sorted(leaks)
