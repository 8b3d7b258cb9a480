# hint: A path is only a name
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    path = Path(tempfile.gettempdir()) / "export.tmp"
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
