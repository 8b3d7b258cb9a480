# hint: or an event that is over
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "never",
    "unstarted": "never",
}
