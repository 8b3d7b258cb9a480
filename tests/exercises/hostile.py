"""Submissions that try to pass without solving, or never to end."""

__all__ = ["ALWAYS_EQUAL", "ENDLESS", "EXITING", "FORGED", "PATCHED", "PRINTING"]

ALWAYS_EQUAL = '''
class Everything:
    """Equal to everything, true, empty, iterable, awaitable, a manager, callable."""

    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __hash__(self): return 0
    def __bool__(self): return True
    def __contains__(self, item): return True
    def __len__(self): return 1
    def __iter__(self): return iter(())
    def __getitem__(self, key): return self
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    def __call__(self, *args, **kwargs): return self
    def __await__(self):
        return self
        yield
    def __enter__(self): return self
    def __exit__(self, *exc): return True
    async def __aenter__(self): return self
    async def __aexit__(self, *exc): return True
    def __aiter__(self): return self
    async def __anext__(self): raise StopAsyncIteration
    def __sub__(self, other): return self
    __add__ = __radd__ = __rsub__ = __mul__ = __truediv__ = __sub__
    def __float__(self): return 0.0
    def __int__(self): return 0
    __index__ = __int__
    def __str__(self): return ""
    def __fspath__(self): return "."
'''

PATCHED = """

def _patch():
    import asyncio, builtins, contextlib, inspect
    import asyncwith.checking.cases, asyncwith.checking

    async def wait_for(awaitable, timeout=None):
        return None

    asyncio.wait_for = wait_for
    asyncio.wait = asyncio.sleep = wait_for
    contextlib.suppress.__exit__ = lambda self, *exc: True
    builtins.isinstance = lambda value, kind: True
    builtins.all = builtins.any = lambda values: True
    builtins.sorted = lambda values, **options: []
    inspect.iscoroutine = lambda value: False
    asyncwith.checking.cases.expect = asyncwith.checking.expect = lambda *a, **k: None
    asyncwith.checking.cases.same = asyncwith.checking.same = lambda *a: True
    asyncwith.checking.cases.note = lambda mistake: None

_patch()
"""

EXITING = "import os\nos._exit(0)\n"

ENDLESS = "while True:\n    pass\n"

PRINTING = """
import os
while True:
    try:
        print("x" * 1000)
    except BaseException:
        os.write(1, b"y" * 1000)
"""

# a verdict written to every open descriptor, by somebody without the nonce
FORGED = """
import json, os
said = {"exercise": "x", "passed": True, "cases": 9, "of": 9}
for fd in range(3, 64):
    for message in ({"verdict": said}, {"verdict": said, "nonce": "0" * 32}):
        try:
            os.write(fd, json.dumps(message).encode() + b"\\n")
        except OSError:
            pass
os._exit(0)
"""
