# hint: to the task that it awaits
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "after",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "never",
}
