# hint: something is still open
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    _, name = tempfile.mkstemp()
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
