# hint: `async with` cannot enter this
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    handle, path = tempfile.mkstemp()
    os.close(handle)
    try:
        return Path(path)
    finally:
        os.remove(path)
