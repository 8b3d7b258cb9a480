# hint: Each answer is one of the words
ANSWERS = {
    "called": "blocked",
    "called_in_a_coroutine": "blocked",
    "called_in_a_task": "blocked",
    "in_a_thread": "ok",
    "in_a_thread_with_parentheses": "blocked",
    "under_a_timeout": "blocked",
    "submitted_to_a_pool": "blocked",
    "awaited_in_a_pool": "ok",
}
