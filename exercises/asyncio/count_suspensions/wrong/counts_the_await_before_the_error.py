# hint: One await before the exception
SUSPENSIONS = {
    "three_awaits": 1,
    "through_a_helper": 3,
    "in_a_loop": 4,
    "in_a_block": 3,
    "from_a_cache": 0,
    "with_an_error": 2,
}
