"""Every macro renders, and what it renders keeps the promises of the look: labels, no inline style."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from tests.web import look

GIVEN = dict([*look.pages(), *look.pages(care=True), *look.alone("candidate"), *look.alone("office")])
STATIC = look.WEB / "static"


class Page(HTMLParser):
    """What the checks need to know of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inputs: list[dict[str, str]] = []
        self.labelled: set[str] = set()
        self.ids: list[str] = []
        self.described: list[str] = []
        self.attributes: set[str] = set()
        self.classes: set[str] = set()
        self.scripts_inside = 0
        self._in_label = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self.attributes |= set(has)
        self.classes |= set(has.get("class", "").split())
        if "id" in has:
            self.ids.append(has["id"])
        self.described += has.get("aria-describedby", "").split()
        if tag == "label":
            self._in_label = True
            self.labelled.add(has.get("for", ""))
        if tag in ("input", "select", "textarea") and has.get("type") != "hidden":
            self.inputs.append({**has, "named": "yes" if self._in_label or "aria-label" in has else ""})
        if tag == "script" and "src" not in has:
            self.scripts_inside += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self._in_label = False

    def unlabelled(self) -> list[str]:
        """Return the names of inputs nobody could name aloud."""
        return [
            one.get("name", "?") for one in self.inputs if not one["named"] and one.get("id", "?") not in self.labelled
        ]

    def inline(self) -> list[str]:
        """Return what a strict CSP would stop."""
        return sorted(name for name in self.attributes if name == "style" or name.startswith("on"))


@pytest.mark.parametrize("name", GIVEN)
def test_page_keeps_the_promises(name: str) -> None:
    page = Page(GIVEN[name])
    assert page.unlabelled() == []
    assert page.inline() == []
    assert page.scripts_inside == 0
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert set(page.described) <= set(page.ids), "a description leads nowhere"
    assert GIVEN[name].count("<main") == 1
    assert GIVEN[name].count("<h1") == 1
    assert "None" not in GIVEN[name]


def test_the_checks_can_fail() -> None:
    bad = Page('<input name="a"><label for="b">b</label><input id="b" name="b"><p style="x" onclick="y">')
    assert bad.unlabelled() == ["a"]
    assert bad.inline() == ["onclick", "style"]


def test_every_macro_is_in_the_gallery() -> None:
    shown = "".join(path.read_text() for path in look.GALLERY.rglob("*.html"))
    shown += "".join(path.read_text() for path in (look.WEB / "templates").rglob("*.html"))
    for path in (look.WEB / "templates").rglob("*.html"):
        for macro in re.findall(r"{%-? macro ([a-z]\w*)\(", path.read_text()):
            assert re.search(rf"[.{{ ]{macro}\(", shown.replace(f"macro {macro}(", "")), macro


def test_every_class_has_a_style() -> None:
    styles = "".join(path.read_text() for path in STATIC.glob("*.css"))
    used = set().union(*(Page(html).classes for html in GIVEN.values()))
    assert {one for one in used if not re.search(rf"\.{one}(?![\w-])", styles)} == set()


def test_errors_lead_to_their_fields() -> None:
    html = GIVEN["candidate/form.html"]
    for target in re.findall(r'<li><a href="#([^"]+)"', html):
        assert f'id="{target}"' in html
    assert "<title>错误：" in html
    assert "<title>错误：" not in GIVEN["candidate/subjects.html"]


def test_a_name_nobody_gave_is_a_defect() -> None:
    with pytest.raises(UndefinedError):
        look.make_environment().from_string("{{ nobody_gave_this }}").render()


def test_values_are_escaped() -> None:
    env = look.make_environment()
    page = env.from_string('{% import "shared/forms.html" as f %}{{ f.entry("a", "A", value=given) }}')
    assert "&lt;script&gt;" in page.render(given="<script>")


@pytest.mark.parametrize(
    ("value", "shown"), [(1020213, list("01020213")), ("7F3A", list("7F3A")), ("01020213", list("01020213"))]
)
def test_cells(value: str | int, shown: list[str]) -> None:
    assert look.templates.cells(value) == shown


def test_the_drill_banner_shows_only_outside_a_real_season() -> None:
    season = {"name": "演练", "title": "演练", "is_real": False, "kind": "演练", "paused": ""}
    practice = dict(look.pages(season=season))
    for name, html in practice.items():
        assert 'class="drill"' in html, name
        assert 'class="drill"' not in GIVEN[name], name


@pytest.mark.parametrize("portal", ["candidate", "office"])
def test_pages_that_stand_alone_say_no_forbidden_word(portal: str) -> None:
    for name, html in look.alone(portal):
        for word in ("非法", "无效", "系统错误", "失败"):
            assert word not in html, name


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast of two colours written #rrggbb."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _tokens(block: str) -> dict[str, str]:
    text = (STATIC / "tokens.css").read_text()
    start = text.index(block)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text[start : text.index("\n}", start)]))


@pytest.fixture(params=[":root {", '[data-weui-mode="care"] {', '[data-theme="dark"] {'])
def colours(request: pytest.FixtureRequest) -> Callable[[str], str]:
    return {**_tokens(":root {"), **_tokens(request.param)}.__getitem__


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("ink", "paper", 4.5),
        ("ink-2", "paper", 4.5),
        ("ink-2", "sunken", 4.5),
        ("ink-3", "paper", 4.5),
        ("accent", "paper", 4.5),
        ("accent", "accent-tint", 4.5),
        ("wait", "paper", 4.5),
        ("wait", "wait-tint", 4.5),
        ("problem", "paper", 4.5),
        ("problem", "problem-tint", 4.5),
        ("on-ink", "accent", 4.5),
        ("on-ink", "problem", 4.5),
        ("on-ink", "ink", 4.5),
        ("on-bar-2", "bar", 4.5),
        ("line-strong", "paper", 3),
        ("ink-2", "accent-tint", 4.5),
        ("ink-2", "wait-tint", 4.5),
    ],
)
def test_contrast(colours: Callable[[str], str], text: str, ground: str, least: float) -> None:
    assert contrast(colours(text), colours(ground)) >= least


def test_contrast_is_computed() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
