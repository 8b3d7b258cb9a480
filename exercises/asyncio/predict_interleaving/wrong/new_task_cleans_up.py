# hint: Has the new task had a turn
FIRST = [
    "main waits",
    "a begins",
    "b begins",
    "a ends",
    "b ends",
    "main has a",
    "main has b",
]
SECOND = ["reader asks", "reader has it", "writer asks", "writer has it", "main ends"]
THIRD = [
    "old acquires",
    "main cancelled both",
    "old releases",
    "new acquires",
    "new releases",
    "main ends",
]
