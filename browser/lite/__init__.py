"""Makes JupyterLite's kernel one of the book's: an IPython extension.

The kernel loads it at its start (``ipython_config.py`` beside this file). Cells can
be drawn, connections stay in memory, and PostgreSQL is there when a cell asks for it.
"""

from __future__ import annotations

from typing import Any

__all__ = ["load_ipython_extension"]

OPEN_POSTGRES = """
async (folder) => {
  const contents = await (await fetch(folder + "../runtime/contents.json")).json();
  const pglite = new URL(contents.pglite, folder + "../runtime/").href;
  const [{ PGlite }, cluster] = await Promise.all([
    import(pglite + "index.js"),
    fetch(pglite + contents.cluster).then((response) => response.blob()),
  ]);
  const database = await PGlite.create({ loadDataDir: cluster, username: "reader" });
  return (messages) => database.execProtocolRaw(messages, { syncToFs: false });
}
"""


def load_ipython_extension(shell: Any) -> None:
    """Give a shell the book's event loop, network, database and drawing."""
    import pyodide_js
    from asyncwith_browser import loop, postgres
    from asyncwith_browser.start import _postgres
    from pyodide.code import run_js

    import asyncwith.extension

    loop.install()
    folder = pyodide_js._api.config.indexURL
    open_postgres = run_js(OPEN_POSTGRES)
    postgres.listen(lambda: _postgres(lambda: open_postgres(folder)))
    asyncwith.extension.load_ipython_extension(shell)
