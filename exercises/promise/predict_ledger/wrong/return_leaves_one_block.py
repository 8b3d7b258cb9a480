# hint: In how many blocks does it stand?
answer = [
    ["enter a", "enter b", "work", "exit b"],
    ["enter a", "exit a", "enter b", "exit b", "end of loop"],
    ["enter a", "enter b", "exit b", "after b", "exit a", "after a"],
    ["enter a", "enter b", "exit a", "caught"],
    ["made", "enter a", "line 1", "exit a", "closed"],
]
