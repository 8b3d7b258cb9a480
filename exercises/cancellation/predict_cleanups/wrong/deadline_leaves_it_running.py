# hint: in which `close` could go on
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "after",
    "too_late": "before",
    "unstarted": "never",
}
