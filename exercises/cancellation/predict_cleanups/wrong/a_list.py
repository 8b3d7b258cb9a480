# hint: `ANSWERS` is a dictionary
ANSWERS = ["before", "never", "after"]
