"""nbgrader's formgrader in JupyterLab, for one course and on this machine alone.

The server holds to its course: nbgrader's own handler loads the settings file,
which is Python code, of any folder that a request names, and a picture in a
submission can be such a request.
"""

from __future__ import annotations

import os
from pathlib import Path

from jupyterlab.labapp import LabApp
from nbgrader.server_extensions.formgrader import handlers
from tornado import web
from traitlets.config.loader import PyFileConfigLoader

from classroom.course import CONFIG

__all__ = ["NoCourse", "require_course", "serve"]

_EXTENSIONS = ("assignment_list", "course_list", "formgrader", "validate_assignment")


class NoCourse(Exception):
    """The folder is not a course that can be opened; the message says why."""


class OneCourse(handlers.FormgraderHandler):
    """The formgrader's first page, which does not change the course."""

    @web.authenticated
    def get(self) -> None:
        """Go to the assignments; refuse any folder but the course's."""
        path = self.get_argument("path", "")
        if path and Path(path).resolve() != Path(self.coursedir.root).resolve():
            raise web.HTTPError(403, "This formgrader is open for one course.")
        self.redirect(f"{self.base_url}/formgrader/manage_assignments")


class Opened(handlers.BaseHandler):
    """Where the address with the token leads: JupyterLab at the formgrader."""

    @web.authenticated
    def get(self) -> None:
        """Go there; the server's own redirect would lose the query."""
        self.redirect(f"{self.base_url}/lab?formgrader=true")


def require_course(folder: Path) -> None:
    """Load a course's settings as nbgrader does, and check where they point.

    Raises
    ------
    NoCourse
        There are none, they cannot be loaded, or they are another folder's.
    """
    path = folder / CONFIG
    write = f"python3 run.py classroom course {folder}"
    if not path.is_file():
        raise NoCourse(
            f"{folder} is not a course: there is no {CONFIG} in it.\nWrite one: {write}"
        )
    try:
        config = PyFileConfigLoader(CONFIG, path=str(folder)).load_config()
    except Exception as error:  # the settings are the teacher's code
        raise NoCourse(
            f"{path} cannot be loaded ({type(error).__name__}: {error}).\n"
            f"Mend it, or move it away and write it anew: {write}"
        ) from error
    root = Path(config.CourseDirectory.get("root", folder))
    if root.resolve() != folder.resolve():
        raise NoCourse(
            f"{path} is the settings file of {root}.\n"
            "If the course was moved or copied, set c.CourseDirectory.root and "
            "c.Exchange.root in it."
        )


def serve(folder: Path, *, port: int = 8888, browser: bool = True) -> None:
    """Serve a course until Ctrl-C.

    Parameters
    ----------
    folder
        nbgrader's course folder; also where JupyterLab's files begin.
    port
        The first port to try, on loopback.
    browser
        Open a browser, at the formgrader.

    Raises
    ------
    NoCourse
        As of `require_course`; nothing has been started.
    """
    folder = folder.resolve()
    require_course(folder)
    os.chdir(folder)  # where nbgrader looks for its settings
    ours = [(r"/formgrader/?", OneCourse), (r"/course/?", Opened)]
    handlers.default_handlers[:0] = ours
    arguments = [
        f"--ServerApp.root_dir={folder}",
        "--LabApp.default_url=/course",
        "--ip=127.0.0.1",
        f"--port={port}",
    ]
    arguments += [
        f"--ServerApp.jpserver_extensions=nbgrader.server_extensions.{name}=True"
        for name in _EXTENSIONS
    ]
    arguments += ["--no-browser"] * (not browser)
    arguments += ["--allow-root"] * (os.geteuid() == 0)
    LabApp.launch_instance(argv=arguments)
