# hint: Two blocks share one file
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    path = Path(tempfile.gettempdir()) / "export.tmp"
    path.touch()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
