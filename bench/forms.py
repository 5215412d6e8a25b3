"""Reading a page's forms, so that the bench sends what a browser would send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

Answers = Mapping[str, str | Sequence[str]]
Data = dict[str, list[str]]
_FIELDS = {"input", "select", "textarea", "button"}


@dataclass
class Form:
    """One form of a page: hidden inputs with their values, and the names of what can be filled in or pressed."""

    action: str
    hidden: Data = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def filled(self, answers: Answers) -> Data:
        """Return what is sent: hidden inputs (the card reader fills one), and those answers that the form asks for."""
        asked = {name: answer for name, answer in answers.items() if name in self.names or name in self.hidden}
        return self.hidden | {name: [text] if isinstance(text, str) else list(text) for name, text in asked.items()}


class FormMissing(Exception):
    """The page has no form that leads there."""


def form_for(page: str, action: str, answers: Answers) -> Form:
    """Return the form of `page` that leads to `action`; of several, the one that asks for most of `answers`."""
    reader = _Reader()
    reader.feed(page)
    fitting = [form for form in reader.forms if form.action in (action, "")]
    if not fitting:
        raise FormMissing(f"no form leads to {action}")
    return max(fitting, key=lambda form: len(form.names & set(answers)))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._named: dict[str, Form] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(has.get("action", ""))
            self.forms.append(self._open)
            self._named[has.get("id", "")] = self._open
        elif tag in _FIELDS and has.get("name"):
            self._take(has)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _take(self, has: Mapping[str, str]) -> None:
        form = self._named.get(has["form"]) if "form" in has else self._open
        if form is None:
            return
        if has.get("type") == "hidden":
            form.hidden.setdefault(has["name"], []).append(has.get("value", ""))
        else:
            form.names.add(has["name"])
