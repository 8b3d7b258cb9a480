# hint: Does a line behind a raised exception run?
answer = [
    ["enter a", "enter b", "work", "exit b", "exit a"],
    ["enter a", "exit a", "enter b", "exit b", "end of loop"],
    ["enter a", "enter b", "exit b", "after b", "exit a", "after a"],
    ["enter a", "enter b", "exit a", "caught"],
    ["made", "enter a", "line 1", "after yield", "exit a", "after a", "closed"],
]
