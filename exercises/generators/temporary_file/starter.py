import os
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    path = Path("export.tmp")
    yield path
    os.remove(path)
