# hint: What else did you make on the way to it
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    path = Path(tempfile.mkdtemp()) / "export.tmp"
    path.touch()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
