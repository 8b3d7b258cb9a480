"""Compile what the pages' Python imports, so that no reader's browser has to.

Importing is half of what a page's first cell waits for, and most of that is compiling.
The code of a module goes beside its source, into the same archive, and does not ask
whether it is still the source's (an "unchecked hash", PEP 552): they are published
together. The source stays, since tracebacks and timelines show it. Modules that the
book does not import are left alone: code is larger than its source.
"""

import importlib
import importlib.util
import pkgutil
import sys
import warnings
import zipfile
from contextlib import suppress
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path

BUILT = Path("/built")
STDLIB = "python_stdlib.zip"
TIMESTAMP = (2020, 1, 1, 0, 0, 0)

PACKAGES = [
    *("asyncwith", "asyncwith-browser", "asyncpg", "aiohttp", "aiolimiter", "anyio"),
    *("fastapi", "httpx", "purgatory", "quart", "uvicorn", "wsproto"),
]
START = [
    *("asyncwith_browser.start", "asyncwith_browser.tracebacks"),
    *("asyncwith.drawing.timeline", "asyncwith.checking.notebook"),
    *("aiohttp.web", "aiohttp.test_utils", "asyncpg"),
]
"""What most pages import: all that these import is compiled."""

LATER = [
    *("aiolimiter", "purgatory", "quart", "httpx", "anyio._backends._asyncio"),
    *("fastapi.responses", "fastapi.websockets", "fastapi.testclient"),
    *("uvicorn.lifespan.on", "uvicorn.loops.asyncio"),
    *("uvicorn.protocols.http.h11_impl", "uvicorn.protocols.websockets.wsproto_impl"),
]
"""What some pages import: compiled in their wheels, which no other page loads, and
not in the standard library, which all of them do."""


def lab() -> list[str]:
    """The modules of the lab."""
    import asyncwith

    found = pkgutil.walk_packages(asyncwith.__path__, "asyncwith.")
    return [each.name for each in found if not each.name.endswith("__main__")]


def imported() -> set[str]:
    """The sources of what has been imported, as paths in their archives."""
    roots = ("/lib/python314.zip/", "/lib/python3.14/site-packages/")
    specs = [getattr(module, "__spec__", None) for module in sys.modules.values()]
    files = [spec.origin for spec in specs if spec and spec.has_location]
    return {
        file.removeprefix(root).removesuffix("c")
        for file in files
        for root in roots
        if file.startswith(root) and file.endswith((".py", ".pyc"))
    }


def compile_in(archive: Path, chosen: set[str]) -> None:
    """Write an archive anew, with the code of the chosen modules that are in it."""
    zipped = archive.name == STDLIB
    root = "/lib/python314.zip/" if zipped else "/lib/python3.14/site-packages/"
    with zipfile.ZipFile(archive) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    held = chosen & contents.keys()
    for name in sorted(held):
        code = compile(contents[name], root + name, "exec", dont_inherit=True)
        beside = f"{name}c" if zipped else importlib.util.cache_from_source(name)
        contents[beside] = bytes(
            _code_to_hash_pyc(code, importlib.util.source_hash(contents[name]), False)
        )
    if not held:
        return
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new:
        for name, content in sorted(contents.items()):
            info = zipfile.ZipInfo(name, TIMESTAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)


def main() -> None:
    from asyncwith_browser.processes import install  # what Quart imports needs it

    warnings.simplefilter("ignore")
    install()
    for name in START:
        importlib.import_module(name)
    compile_in(BUILT / STDLIB, imported())
    for name in LATER:
        importlib.import_module(name)
    for name in lab():
        with suppress(ImportError):  # pytest's plugin, the command line
            importlib.import_module(name)
    for wheel in sorted(BUILT.glob("*.whl")):
        compile_in(wheel, imported())
