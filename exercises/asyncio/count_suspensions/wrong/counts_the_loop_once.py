# hint: How often does it run
SUSPENSIONS = {
    "three_awaits": 1,
    "through_a_helper": 3,
    "in_a_loop": 1,
    "in_a_block": 3,
    "from_a_cache": 0,
    "with_an_error": 1,
}
