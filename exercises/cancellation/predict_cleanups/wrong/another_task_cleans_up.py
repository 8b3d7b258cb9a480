# hint: Who runs `close` here
ANSWERS = {
    "once": "after",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "never",
}
