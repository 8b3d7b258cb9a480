# hint: Who stands there
FIRST = [
    "main waits",
    "a begins",
    "b begins",
    "a ends",
    "main has a",
    "b ends",
    "main has b",
]
SECOND = ["reader asks", "reader has it", "writer asks", "writer has it", "main ends"]
THIRD = ["old acquires", "main cancelled both", "old releases", "main ends"]
