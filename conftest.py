"""Every pytest run of the project compares notebooks strictly, and hears Ctrl-C.

What a test counts over the whole book, by the fixture ``counted``, stands below the
results.

A shell starts what it puts into the background with SIGINT ignored, and what
it starts inherits that: tests of interrupts would then wait for ever.
"""

import signal
from collections.abc import Callable

import pytest

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ["tests.notebooks.strict"]


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Take a line that stands below the results, from workers, too."""
    return lambda text: record_property("counted", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for name, text in report.user_properties:
            if name == "counted":
                terminalreporter.write_line(f"counted: {text}")
