# hint: a list of five lists of strings
answer = [
    "enter a",
    "enter b",
    "work",
    "exit b",
    "exit a",
]
