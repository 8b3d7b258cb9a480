# hint: Does that decide which task
FIRST = [
    "main waits",
    "a begins",
    "b begins",
    "a ends",
    "b ends",
    "main has a",
    "main has b",
]
SECOND = ["writer asks", "reader asks", "reader has it", "writer has it", "main ends"]
THIRD = ["old acquires", "main cancelled both", "old releases", "main ends"]
