"""Start PostgreSQL and JupyterLab on the notebooks and your practice copies.

The chapters are in notebooks/. Your own copies of the exercises, unsolved, are
written to practice/ and never overwritten. Ctrl-C ends JupyterLab, and
PostgreSQL with it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

from asyncwith import postgres
from tasks import exercises
from tasks._selection import ROOT, git, notebooks


def trust_committed() -> int:
    """Trust the notebooks that are exactly the committed ones; count them.

    JupyterLab shows an SVG only in a notebook that it trusts. A notebook that
    somebody changed is trusted when its cells have been run here.
    """
    notary = NotebookNotary()
    trusted = 0
    for name in notebooks():
        committed = git("rev-parse", f"HEAD:{name}")
        present = git("hash-object", "--no-filters", name)
        if committed is not None and committed == present:
            notary.sign(nbformat.read(ROOT / name, as_version=4))
            trusted += 1
    return trusted


GRADER = ("assignment_list", "course_list", "formgrader", "validate_assignment")


def settle() -> Path:
    """Set JupyterLab's defaults here; the folder of the settings of this task alone.

    It asks nothing and fetches no news. nbgrader is left out: it is the classroom's,
    and its formgrader runs the settings of any folder that a request names.
    """
    labs = Path(sys.prefix, "share", "jupyter", "lab", "settings")
    ours = Path(sys.prefix, "etc", "asyncwith-lab")
    news = {"fetchNews": "false", "checkForUpdates": False}
    off = {f"nbgrader.server_extensions.{name}": False for name in GRADER}
    written: dict[Path, object] = {
        labs / "overrides.json": {"@jupyterlab/apputils-extension:notification": news},
        ours / "labconfig" / "page_config.json": {
            "disabledExtensions": {"@jupyter/nbgrader": True}
        },
        ours / "jupyter_server_config.d" / "asyncwith.json": {
            "ServerApp": {"jpserver_extensions": off}
        },
    }
    for path, settings in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    return ours


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py lab",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument("--port", type=int, default=8888, help="first to try (8888)")
    options = parser.parse_args(argv)
    try:
        print(f"PostgreSQL: {postgres.describe()}", flush=True)
    except postgres.PostgresUnavailable as problem:
        print(problem, file=sys.stderr)
        return 2
    practice = ROOT / "practice"
    exercises.main(["--practice", str(practice)])
    print(f"{trust_committed()} of {len(notebooks())} notebooks are as published")
    folders = [str(settle()), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={ROOT}"]
    command += ["--ip=127.0.0.1", f"--port={options.port}"]
    command += ["--LabApp.default_url=/lab/tree/notebooks/01_promise.ipynb"]
    command += ["--no-browser"] * options.no_browser
    command += ["--allow-root"] * (os.geteuid() == 0)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        return subprocess.run(
            command,
            env={
                **os.environ,
                "PATH": path,
                "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, folders)),
            },
        ).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
