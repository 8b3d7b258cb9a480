# hint: never reached the code around the block
import os
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def temporary_file():
    handle, name = tempfile.mkstemp()
    os.close(handle)
    path = Path(name)
    try:
        yield path
    except Exception as error:
        print("export failed:", error)
    finally:
        path.unlink(missing_ok=True)
