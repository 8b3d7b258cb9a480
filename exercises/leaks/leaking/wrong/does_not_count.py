# hint: That is an accident
def leaking(readings):
    return sorted(g for g, levels in readings.items() if levels[-1] > levels[1])
