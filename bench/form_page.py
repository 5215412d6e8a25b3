"""python -m bench.form_page: CPU of the form's longest page, ours and its fields through Django's own widgets.

Ours is the whole page as a candidate gets it, frame and all, from what is typed so far; Django's are a form of the
same inputs, choices and values, read off our page, each drawn as {{ field.label_tag }} {{ field }} in Django's own
language, without any frame. Prints JSON. Needs a database with somebody in it (bench.print_people makes them).
"""

import gc
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from statistics import median

import django

os.environ["BAOMING_PORTAL"] = "candidate"
django.setup()  # before what needs settings

from django import forms  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.template import (  # noqa: E402
    Context,
    Engine,
    Template,
)
from django.test import RequestFactory  # noqa: E402
from django.urls import reverse  # noqa: E402

from baoming.audit.actors import Actor, Party  # noqa: E402
from baoming.forms.definition import Page  # noqa: E402
from baoming.registrations.models import FormVersion, Registration  # noqa: E402
from baoming.seasons.queries import season_clock  # noqa: E402
from baoming.web.candidate.form_views import Desk  # noqa: E402
from baoming.web.candidate.forms import _asked  # noqa: E402

_TIMES, _ROUNDS = 40, 7
_FIELDS = "{% for field in form %}<div>{{ field.label_tag }} {{ field.errors }} {{ field }}</div>{% endfor %}"


@dataclass
class Input:
    """One name of our page: its values, and its choices if it has any (a group of them under its heading)."""

    kind: str
    label: str = ""
    value: list[str] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    groups: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def typed(self) -> str | list[str]:
        """What Django's field takes as its first value."""
        return self.value if self.kind == "checkbox" else "".join(self.value[:1])


class Inputs(HTMLParser):
    """Reads inputs, options and values off a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Input] = {}
        self._select: Input | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {key: value or "" for key, value in attrs}
        match tag:
            case "input" if said.get("type") in ("radio", "checkbox"):
                one = self.found.setdefault(said["name"], Input(said["type"]))
                one.choices.append((said["value"], said["value"]))
                one.value += [said["value"]] if "checked" in said else []
            case "input" if said.get("type", "text") not in ("hidden", "submit"):
                self.found[said["name"]] = Input("text", value=[said.get("value", "")])
            case "select":
                self._select = self.found[said["name"]] = Input("select")
            case "optgroup" if self._select:
                self._select.groups.append((said["label"], []))
            case "option" if self._select:
                into = self._select.groups[-1][1] if self._select.groups else self._select.choices
                into.append((said["value"], said["value"]))
                self._select.value += [said["value"]] if "selected" in said else []

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None

    def form(self) -> type[forms.Form]:
        """Return the form class of what was read."""
        return type("SameFields", (forms.Form,), {name: _field(one) for name, one in self.found.items()})


def _field(one: Input) -> forms.Field:
    choices: list[object] = [*one.choices, *one.groups]
    match one.kind:
        case "radio":
            return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)  # type: ignore[arg-type]
        case "checkbox":
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)  # type: ignore[arg-type]
        case "select":
            return forms.ChoiceField(choices=choices)  # type: ignore[arg-type]
        case _:
            return forms.CharField(max_length=200)


def main() -> None:
    saved = FormVersion.objects.values("registration")
    registration = Registration.objects.select_related("season", "site__parent").filter(pk__in=saved)[0]
    request = _request(registration)
    desk = Desk(registration, request.actor, request.clock)  # type: ignore[attr-defined]
    pages = {page.key: _drawn(request, desk, page) for page in desk.form.pages}
    longest = max(pages, key=lambda key: len(pages[key]))
    page, read = desk.form.page(longest), Inputs()
    read.feed(pages[longest])
    made, template = read.form(), _template()
    initial = {name: one.typed for name, one in read.found.items()}
    ours, theirs = [], []
    for _ in range(_ROUNDS):
        ours.append(_seconds(lambda: _drawn(request, desk, page)))
        theirs.append(_seconds(lambda: template.render(Context({"form": made(initial=initial)}))))
    told = {"page": longest, "inputs": len(read.found), "bytes": len(pages[longest].encode())}
    ratio = median(own / other for own, other in zip(ours, theirs, strict=True))
    print(json.dumps(told | {"ours": median(ours), "theirs": median(theirs), "ratio": ratio}))


def _request(registration: Registration) -> HttpRequest:
    """Return a request as the portal's middleware would have made it."""
    request = RequestFactory().get(reverse("candidate:form_page", args=["exam"]))
    own = Actor(kind=Party.CANDIDATE, id=str(registration.pk), path=registration.path, label="考生本人")
    request.registration, request.season, request.actor = registration, registration.season, own  # type: ignore[attr-defined]
    request.clock = season_clock(registration.season_id)  # type: ignore[attr-defined]
    return request


def _drawn(request: HttpRequest, desk: Desk, page: Page) -> str:
    answer: HttpResponse = _asked(request, desk, page, {})  # type: ignore[arg-type]
    return answer.content.decode()


def _template() -> Template:
    return Engine(loaders=[]).from_string(_FIELDS)


def _seconds(draw: Callable[[], object]) -> float:
    """Return CPU seconds of one drawing."""
    gc.collect()
    start = time.process_time()
    for _ in range(_TIMES):
        draw()
    return (time.process_time() - start) / _TIMES


if __name__ == "__main__":
    main()
