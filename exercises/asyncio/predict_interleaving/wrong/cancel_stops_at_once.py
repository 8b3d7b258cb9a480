# hint: stops the task on the spot
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
THIRD = ["old acquires", "old releases", "main cancelled both", "main ends"]
