# hint: about the block's own file
import os
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    handle, name = tempfile.mkstemp()
    os.close(handle)
    path = Path(name)
    with suppress(FileNotFoundError):
        try:
            yield path
        finally:
            path.unlink()
