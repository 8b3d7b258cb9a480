# hint: who would run the rest of it
ANSWERS = {
    "once": "before",
    "twice": "after",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "never",
}
