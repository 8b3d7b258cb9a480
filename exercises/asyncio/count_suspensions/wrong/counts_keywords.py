# hint: the number of `await` keywords
SUSPENSIONS = {
    "three_awaits": 3,
    "through_a_helper": 2,
    "in_a_loop": 2,
    "in_a_block": 1,
    "from_a_cache": 2,
    "with_an_error": 2,
}
