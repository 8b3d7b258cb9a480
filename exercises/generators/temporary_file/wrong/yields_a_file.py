# hint: The block receives a `pathlib.Path`
import tempfile
from contextlib import asynccontextmanager


@asynccontextmanager
async def temporary_file():
    with tempfile.NamedTemporaryFile() as file:
        yield file
