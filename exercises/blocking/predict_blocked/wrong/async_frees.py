# hint: Which line of `wrapped` hands the loop back?
ANSWERS = {
    "called": "BLOCKED",
    "called_in_a_coroutine": "ok",
    "called_in_a_task": "ok",
    "in_a_thread": "ok",
    "in_a_thread_with_parentheses": "BLOCKED",
    "under_a_timeout": "BLOCKED",
    "submitted_to_a_pool": "BLOCKED",
    "awaited_in_a_pool": "ok",
}
