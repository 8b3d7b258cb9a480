# hint: runs to its end in one go
FIRST = [
    "main waits",
    "a begins",
    "a ends",
    "main has a",
    "b begins",
    "b ends",
    "main has b",
]
SECOND = ["reader asks", "reader has it", "writer asks", "writer has it", "main ends"]
THIRD = ["old acquires", "main cancelled both", "old releases", "main ends"]
