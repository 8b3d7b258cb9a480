"""Submissions that mean harm, or never end: one cell each, in place of a solution.

{course}, {checkout}, {port} and {seconds} are filled in with the grader's own, as a
student could guess them.
"""

__all__ = ["HOSTILE", "LIMITS"]

LIMITS = """
c.ExecuteConfined.cpu = 8
c.ExecuteConfined.wall = 15
c.ExecuteConfined.case_seconds = 2
c.ExecuteConfined.timeout = 3
c.ExecuteConfined.memory = 400_000_000
c.ExecuteConfined.disk = 20_000_000
c.ExecuteConfined.output_limit = 1_000_000
"""
"""Settings under which they end sooner than a course's own would have them."""

_TIMER = "class Timer:\n    pass\n"

# name -> (the cell, what the feedback must say somewhere: a pattern)
HOSTILE: dict[str, tuple[str, str]] = {
    "grade_database": (
        "import sqlite3\n"
        "grades = sqlite3.connect('{course}/gradebook.db')\n"
        "grades.execute('update grade set auto_score = 99')\n"
        "grades.commit()\n",
        "unable to open database file",
    ),
    "solutions": (
        "print(open('{checkout}/exercises/promise/timer/solution.py').read())\n",
        "No such file or directory",
    ),
    "source": (
        "print(open('{course}/source/promise-timer/promise-timer.ipynb').read())\n",
        "No such file or directory",
    ),
    "other_students": (
        "import pathlib\n"
        "for found in pathlib.Path('{course}/submitted').iterdir():\n"
        "    print('found', found)\n",
        "No such file or directory",
    ),
    "network": (
        "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=3)\n",
        "Network is unreachable",
    ),
    "loopback": (
        "import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=3)\n",
        "Connection refused",
    ),
    "fork_bomb": (
        "import os\nwhile True:\n    os.fork()\n",
        "Resource temporarily unavailable|was stopped",
    ),
    "threads": (
        "import threading, time\n"
        "while True:\n"
        "    threading.Thread(target=time.sleep, args=(60,)).start()\n",
        "can't start new thread",
    ),
    "memory": (
        "held = []\nwhile True:\n    held.append(bytearray(b'x') * 20_000_000)\n",
        "MB of memory",
    ),
    "disk": (
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    with open(f'/tmp/{{number}}', 'wb') as file:\n"
        "        file.write(bytes(1_000_000))\n",
        "No space left on device",
    ),
    "shared_folder": (
        "import json, sys\n"
        "folder = sys.argv[-1].rpartition('/')[0]\n"
        "number = 0\n"
        "while True:\n"
        "    number += 1\n"
        "    with open(f'{{folder}}/{{number}}', 'wb') as file:\n"
        "        file.write(bytes(1_000_000))\n",
        "MB of disk",
    ),
    "endless_print": (
        "while True:\n    print('x' * 10_000)\n",
        "These cells were stopped",
    ),
    "display_flood": (
        "from IPython.display import display\n"
        "while True:\n    display({{'text/plain': 'x' * 100_000}}, raw=True)\n",
        "printed more than",
    ),
    "raw_output": (
        "import os\nfor _ in range(2000):\n    os.write(1, b'x' * 100_000)\n",
        "promise/timer: not yet",
    ),
    "hanging_await": (
        "import asyncio\nawait asyncio.Event().wait()\n",
        "CellTimeoutError",
    ),
    "busy_coroutine": (
        "async def spin():\n    while True:\n        pass\n\nawait spin()\n",
        "did not end within",
    ),
    "deaf_loop": (
        "while True:\n    try:\n        while True:\n            pass\n"
        "    except BaseException:\n        pass\n",
        "were stopped",
    ),
    "leftover_process": (
        "import subprocess\n"
        "subprocess.Popen(['sleep', '{seconds}'], start_new_session=True)\n" + _TIMER,
        "promise/timer: not yet",
    ),
    "patched_asyncio": (
        "import asyncio, builtins\n"
        "asyncio.wait_for = asyncio.sleep = lambda *a, **k: None\n"
        "builtins.all = builtins.isinstance = lambda *a: True\n" + _TIMER,
        "promise/timer: not yet",
    ),
    "own_check": (
        "async def check(name):\n    return 'passed'\n\n"
        "import asyncwith.checking.notebook\n"
        "asyncwith.check = asyncwith.checking.notebook.check = check\n" + _TIMER,
        "promise/timer: not yet",
    ),
    "always_equal": (
        "class Everything:\n"
        "    def __eq__(self, other): return True\n"
        "    def __getattr__(self, name): return self\n"
        "    def __call__(self, *a, **k): return self\n"
        "    def __enter__(self): return self\n"
        "    def __exit__(self, *exc): return False\n"
        "    def __bool__(self): return True\n"
        "    def __hash__(self): return 0\n"
        "    def __sub__(self, other): return 1.0\n\n"
        "Timer = Everything()\n",
        "promise/timer: not yet",
    ),
    "exit": ("import os\nos._exit(0)\n", "The process of these cells ended"),
    "kill_everything": (
        "import os, signal\nos.kill(-1, signal.SIGKILL)\nos.kill(1, 9)\n"
        "os.kill(os.getppid(), 9)\n",
        "promise/timer: not yet",
    ),
    "huge_html": (
        "from IPython.display import HTML, display\n"
        "display(HTML('<table>' + '<tr><td>x' * 1_000_000))\n",
        "printed more than",
    ),
    "script": (
        "from IPython.display import HTML, Javascript, SVG, display\n"
        "bad = '<img src=x onerror=alert(1)><script>alert(1)</script>'\n"
        "display(HTML(bad), Javascript('alert(1)'))\n"
        "display({{'image/svg+xml': '<svg onload=alert(1)>'}}, raw=True)\n"
        "display({{'image/png': 'A\" onerror=\"alert(1)'}}, raw=True)\n"
        "display({{'text/markdown': bad, 'text/latex': bad}}, raw=True)\n" + _TIMER,
        "promise/timer: not yet",
    ),
    "forged_points": (
        "print('promise/timer: passed, 7 of 7 cases')\n"
        "from IPython.display import display\n"
        "display({{'text/plain': '99'}}, raw=True)\n" + _TIMER,
        "promise/timer: not yet",
    ),
    "deleted_check": ("# deleted below\n" + _TIMER, "promise/timer: not yet"),
    "syntax_error": ("class Timer(:\n", "promise/timer: not yet"),
}
