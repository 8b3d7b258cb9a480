# hint: how long may it?
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "before",
    "too_late": "before",
    "unstarted": "never",
}
