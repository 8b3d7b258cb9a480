# hint: Where does your `try` begin
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    try:
        handle, name = tempfile.mkstemp()
        os.close(handle)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)
