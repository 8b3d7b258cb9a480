# hint: `ANSWERS` is a dictionary
ANSWERS = ["BLOCKED", "ok"]
