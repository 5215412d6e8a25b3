"""Pages with a rare character bring a face for it, and no other page does.

Whether one is there is asked of the finished page, whoever wrote it into which template: nobody can forget it.
What the face is: documents/webfonts.py.
"""

import re
from collections.abc import Callable
from typing import Any, cast

from jinja2 import Template

from baoming.shared.names import FEW_FONTS

FOLDER = "rare"
SHEET = f"{FOLDER}/faces.css"
_FEW = "".join(f"{chr(span[0])}-{chr(span[-1])}" for span in FEW_FONTS)
_ORDINARY = re.compile(f"[^{_FEW}]*+")  # read to its end four times as fast as a rare one is looked for


class Page(Template):
    """A template. Where its page holds a character that few fonts draw, the style sheet of faces is linked."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        text = super().render(*args, **kwargs)
        if _ORDINARY.fullmatch(text):
            return text
        static = cast("Callable[[str], str]", self.environment.globals["static"])
        return text.replace("</head>", f'<link rel="stylesheet" href="{static(SHEET)}">\n</head>', 1)
