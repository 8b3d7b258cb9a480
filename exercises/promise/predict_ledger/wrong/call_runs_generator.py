# hint: How much of a generator function runs when it is called?
answer = [
    ["enter a", "enter b", "work", "exit b", "exit a"],
    ["enter a", "exit a", "enter b", "exit b", "end of loop"],
    ["enter a", "enter b", "exit b", "after b", "exit a", "after a"],
    ["enter a", "enter b", "exit a", "caught"],
    ["enter a", "made", "line 1", "exit a", "closed"],
]
