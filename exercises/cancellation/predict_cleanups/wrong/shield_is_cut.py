# hint: In which task does `close` run?
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "never",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "never",
}
