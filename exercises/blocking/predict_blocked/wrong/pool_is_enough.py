# hint: What does the exit of the pool's block wait for
ANSWERS = {
    "called": "BLOCKED",
    "called_in_a_coroutine": "BLOCKED",
    "called_in_a_task": "BLOCKED",
    "in_a_thread": "ok",
    "in_a_thread_with_parentheses": "BLOCKED",
    "under_a_timeout": "BLOCKED",
    "submitted_to_a_pool": "ok",
    "awaited_in_a_pool": "ok",
}
