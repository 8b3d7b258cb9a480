# hint: is one of the words
ANSWERS = {
    "once": "?",
    "twice": "?",
    "shielded": "?",
    "shielded_in_main": "?",
    "waits_again": "?",
    "bounded": "?",
    "too_late": "?",
    "unstarted": "?",
}
