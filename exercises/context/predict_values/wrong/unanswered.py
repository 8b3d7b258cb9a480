# hint: is one of the words
ANSWERS = {
    "awaited": "?",
    "as_a_task": "?",
    "coroutine_made_early": "?",
    "task_made_early": "?",
    "awaited_after_the_block": "?",
    "between_items": "?",
    "empty_context": "?",
    "left_in_another_task": "?",
}
