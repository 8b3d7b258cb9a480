# hint: When is an argument computed
ANSWERS = {
    "called": "BLOCKED",
    "called_in_a_coroutine": "BLOCKED",
    "called_in_a_task": "BLOCKED",
    "in_a_thread": "ok",
    "in_a_thread_with_parentheses": "ok",
    "under_a_timeout": "BLOCKED",
    "submitted_to_a_pool": "BLOCKED",
    "awaited_in_a_pool": "ok",
}
