from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from nbgrader.coursedir import CourseDirectory

class BaseHandler(JupyterHandler):
    @property
    def base_url(self) -> str: ...
    @property
    def coursedir(self) -> CourseDirectory: ...

class FormgraderHandler(BaseHandler): ...

default_handlers: list[tuple[Any, ...]]
