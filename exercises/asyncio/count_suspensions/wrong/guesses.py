# hint: Put your finger on each line
SUSPENSIONS = {
    "three_awaits": 7,
    "through_a_helper": 3,
    "in_a_loop": 4,
    "in_a_block": 3,
    "from_a_cache": 0,
    "with_an_error": 1,
}
