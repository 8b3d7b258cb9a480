# hint: `ANSWERS` is a dictionary
ANSWERS = ["inner", "outer"]
