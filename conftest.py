"""Every pytest run of the project compares notebooks strictly, and hears Ctrl-C.

A shell starts what it puts into the background with SIGINT ignored, and what
it starts inherits that: tests of interrupts would then wait for ever.
"""

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.notebooks.strict"]
