from . import NotebookNode

class NotebookNotary:
    def sign(self, nb: NotebookNode) -> None: ...
