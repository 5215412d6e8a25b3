"""One candidate's whole story on one page (R35, R36): each part read in a module, drawn by a template of its own."""

from baoming.web.office.story.page import acted, show

__all__ = ["acted", "show"]
