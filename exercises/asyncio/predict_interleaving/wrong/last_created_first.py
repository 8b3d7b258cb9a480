# hint: which of the two tasks was put into it first
FIRST = [
    "main waits",
    "b begins",
    "a begins",
    "b ends",
    "a ends",
    "main has a",
    "main has b",
]
SECOND = ["reader asks", "reader has it", "writer asks", "writer has it", "main ends"]
THIRD = ["old acquires", "main cancelled both", "old releases", "main ends"]
