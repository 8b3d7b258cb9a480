"""Build JupyterLite on the book's notebooks, with the Pyodide of the pages.

The exercises are unsolved there. Its pages need inline scripts and ``eval``, so
they have a policy of their own; that, too, allows no other host.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import nbformat

from tasks import exercises
from tasks._selection import ROOT

BUILT = ROOT / "_build" / "lite"
APPS = ("lab", "notebooks", "tree")
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
PACKAGES = ["asyncwith-lite"]
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "async with",
        "litePluginSettings": {
            KERNEL: {
                "pyodideUrl": "../../browser/pyodide/pyodide.mjs",
                "disablePyPIFallback": True,
                "loadPyodideOptions": {"packages": PACKAGES},
            }
        },
    },
}
POLICY = (
    "default-src 'self'; script-src 'self' blob: 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'"
)


def command(folder: Path) -> list[str]:
    program = Path(sys.executable).with_name("jupyter-lite")
    apps = [f"--apps={name}" for name in APPS]
    where = ["--lite-dir", str(folder), "--output-dir", str(BUILT / "site")]
    return [str(program), "build", *where, "--contents", str(folder / "files"), *apps]


def prepare() -> Path:
    """Write the notebooks and the settings to build from; return the folder."""
    shutil.rmtree(BUILT, ignore_errors=True)
    folder = BUILT / "source"
    for place, notebook in exercises.released():
        target = folder / "files" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    (folder / "jupyter-lite.json").write_text(json.dumps(SETTINGS))
    extensions = Path(sys.prefix, "share", "jupyter", "labextensions")
    config = {
        "LiteBuildConfig": {
            "no_sourcemaps": True,
            # Of JupyterLab's extensions here only the kernel: others want a server.
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(extensions / KERNEL.partition(":")[0])],
        }
    }
    (folder / "jupyter_lite_config.json").write_text(json.dumps(config))
    return folder


def with_policy() -> None:
    """Put the policy into each page, before anything that it governs."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}" />'
    for path in (BUILT / "site").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if "<head>" in text:
            path.write_text(
                text.replace("<head>", f"<head>{meta}", 1), encoding="utf-8"
            )
