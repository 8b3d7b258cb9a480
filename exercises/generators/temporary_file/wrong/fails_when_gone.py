# hint: The file is gone, and that is what you wanted
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    handle, name = tempfile.mkstemp()
    os.close(handle)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink()
