# hint: Who has the thread
FIRST = [
    "a begins",
    "b begins",
    "main waits",
    "a ends",
    "b ends",
    "main has a",
    "main has b",
]
SECOND = ["reader asks", "reader has it", "writer asks", "writer has it", "main ends"]
THIRD = ["old acquires", "main cancelled both", "old releases", "main ends"]
