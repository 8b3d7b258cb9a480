# hint: was gone again when the block began
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    with tempfile.NamedTemporaryFile() as file:
        path = Path(file.name)
    yield path
