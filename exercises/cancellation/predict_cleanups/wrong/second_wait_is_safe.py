# hint: is there a shield?
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "before",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "never",
}
