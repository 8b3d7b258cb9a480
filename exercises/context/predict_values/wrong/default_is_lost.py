# hint: what is in it?
ANSWERS = {
    "awaited": "inner",
    "as_a_task": "outer",
    "coroutine_made_early": "inner",
    "task_made_early": "outer",
    "awaited_after_the_block": "inner",
    "between_items": "inner",
    "empty_context": "LookupError",
    "left_in_another_task": "ValueError",
}
