"""What the project uses of Pygments."""

from .formatters import HtmlFormatter
from .lexers import Lexer

def highlight(code: str, lexer: Lexer, formatter: HtmlFormatter) -> str: ...
