def leaking(readings):
    return sorted(gauge for gauge, levels in readings.items() if levels[-1] > levels[0])
