# hint: keep the task waiting
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "before",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "never",
}
