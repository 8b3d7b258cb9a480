# hint: different from one in the body
ANSWERS = {
    "once": "before",
    "twice": "before",
    "shielded": "before",
    "shielded_in_main": "before",
    "waits_again": "before",
    "bounded": "before",
    "too_late": "before",
    "unstarted": "before",
}
