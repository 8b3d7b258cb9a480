# hint: What is left for the awaits of `close`?
ANSWERS = {
    "once": "never",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "never",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "never",
    "unstarted": "never",
}
