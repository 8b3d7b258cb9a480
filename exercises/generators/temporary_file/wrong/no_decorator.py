# hint: `async with` cannot enter this
import os
import tempfile
from pathlib import Path


async def temporary_file():
    handle, path = tempfile.mkstemp()
    os.close(handle)
    try:
        yield Path(path)
    finally:
        os.remove(path)
