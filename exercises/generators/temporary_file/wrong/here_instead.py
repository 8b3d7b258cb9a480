# hint: The system's folder for temporary files
import uuid
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    path = Path(f"export-{uuid.uuid4()}.tmp")
    path.touch()
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
