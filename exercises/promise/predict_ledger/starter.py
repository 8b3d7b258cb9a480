answer = [
    ["enter a", "enter b"],  # returns, the first two lines of it
    [],  # loops
    [],  # suppresses
    [],  # breaks
    [],  # generates
]
