# hint: it does one thing before it returns
SUSPENSIONS = {
    "three_awaits": 0,
    "through_a_helper": 0,
    "in_a_loop": 0,
    "in_a_block": 0,
    "from_a_cache": 0,
    "with_an_error": 0,
}
