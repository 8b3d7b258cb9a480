# hint: what does `asyncio.run` do with tasks
ANSWERS = {
    "once": "before",
    "twice": "never",
    "shielded": "after",
    "shielded_in_main": "after",
    "waits_again": "never",
    "bounded": "never",
    "too_late": "before",
    "unstarted": "never",
}
