# hint: Does the line after it run
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
    "old is done",
    "old releases",
    "main ends",
]
