# hint: The cancellation ended at your manager
import asyncio
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
    except asyncio.CancelledError:
        pass
    finally:
        path.unlink(missing_ok=True)
