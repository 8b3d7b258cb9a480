# hint: before the `try`, or inside it
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "before",
}
