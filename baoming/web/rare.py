"""Pages with a rare character bring a face for it, and no other page does.

Whether one is there is asked of the finished page, whoever wrote it into which template: nobody can forget it.
What the face is: documents/webfonts.py.
"""

import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any, cast

from jinja2 import Template

from baoming.shared.names import FEW_FONTS

FOLDER = "rare"
SHEET = f"{FOLDER}/faces.css"
_FEW = "".join(f"{chr(span[0])}-{chr(span[-1])}" for span in FEW_FONTS)
_ORDINARY = re.compile(f"[^{_FEW}]*+")  # read to its end four times as fast as a rare one is looked for

log = logging.getLogger("baoming.web")


class Page(Template):
    """A template. Where its page holds a character that few fonts draw, the style sheet of faces is linked."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        text = super().render(*args, **kwargs)
        if _ORDINARY.fullmatch(text):
            return text
        static = cast("Callable[[str], str]", self.environment.globals["static"])
        return text.replace("</head>", f"{_link(static)}</head>", 1)


@cache
def _link(static: Callable[[str], str]) -> str:
    """Return the link; empty where no faces were collected: the page is shown with what the device has."""
    try:
        return f'<link rel="stylesheet" href="{static(SHEET)}">\n'
    except ValueError:  # what was not collected has no address
        log.warning("pages link no faces for rare characters: %s was not collected", SHEET)
        return ""
