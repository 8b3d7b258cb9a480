"""The names that a student defines, as an exercise's check meets them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from asyncwith.checking.verdicts import Mistake

__all__ = ["Submission"]


class Submission:
    """A student's names as attributes: ``submission.temporary_file()``.

    Parameters
    ----------
    names
        The namespace that the submission filled: a module's, or a notebook's.
    note
        Called with the `Mistake` before it is raised, because a submission
        may swallow what is raised in its midst.

    Raises
    ------
    Mistake
        On use of a name that the submission does not define; its hint names
        it, and the nearest name that is there.
    """

    def __init__(
        self,
        names: Mapping[str, Any],
        note: Callable[[Mistake], None] = lambda mistake: None,
    ) -> None:
        self._names = names
        self._note = note

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        mistake = self._missing(name)
        if mistake is not None:
            self._note(mistake)
            raise mistake
        return self._names[name]

    def _missing(self, name: str) -> Mistake | None:
        if name in self._names:
            return None
        own = [key for key in self._names if type(key) is str and key[:1] != "_"]
        near = difflib.get_close_matches(name, own, n=1)
        return Mistake(
            f"`{name}` is not defined."
            + (f" There is `{near[0]}`: is that the one?" if near else "")
        )

    def lacks(
        self, defines: tuple[str, ...], starter: Mapping[str, str]
    ) -> Mistake | None:
        """The first of the promised names that is missing or of a wrong kind.

        Parameters
        ----------
        defines
            The names that the exercise asks for.
        starter
            What the exercise's starter has them be: ``"function"``, ``"class"``.
        """
        for name in defines:
            missing = self._missing(name)
            if missing is not None:
                return missing
            kind, value = starter.get(name), self._names[name]
            if kind and not callable(value):
                found = type(value).__name__
                return Mistake(
                    f"`{name}` should be a {kind}.", f"`{name}` is a {found} object"
                )
        return None
