# hint: Each answer is one of the words
ANSWERS = {
    "called": True,
    "called_in_a_coroutine": True,
    "called_in_a_task": True,
    "in_a_thread": False,
    "in_a_thread_with_parentheses": True,
    "under_a_timeout": True,
    "submitted_to_a_pool": True,
    "awaited_in_a_pool": False,
}
