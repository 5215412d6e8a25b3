"""Questions to a page about who can use it: WCAG 2.2 AA by axe, large letters, a narrow screen, keyboard alone."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, ViewportSize

_AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_OPTIONS = json.dumps({
    "runOnly": {"type": "tag", "values": _LEVELS}, "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"], "preload": False,
})  # fmt: skip
_RUN = f"""async () => (await axe.run(document, {_OPTIONS})).violations
  .flatMap((rule) => rule.nodes.map((node) => `${{rule.id}} ${{node.target.join(" ")}}`))"""


@dataclass(frozen=True)
class Size:
    """A window, and what is asked of a page in it, in CSS pixels; 0: not asked (axe asks for 24 px of each target).

    `letters`: the smallest; `main`: the height of what is there to be pressed; `touch`: the least side of any target.
    """

    name: str
    width: int
    height: int
    care: bool = False
    letters: int = 0
    main: int = 0
    touch: int = 0


# ux.md section 4. A link within a sentence has the height of its line, as WCAG lets it.
PHONES = tuple(
    Size(f"{width}px{', large' if care else ''}", width, 844, care, 18 if care else 0, 60 if care else 44, 44)
    for width in (390, 320)
    for care in (False, True)
)
# Twice as large on a screen of 1440 × 900 leaves 720 × 450; what moves sideways at 320 px the measure alone finds.
DESK, TWICE, NARROW = Size("1440px", 1440, 900), Size("200%", 720, 450), Size("320px", 320, 844)

# What axe does not ask. Letters of drawings are read aloud by nobody, and stand in words beside them.
_MEASURE = """({ letters, main, touch }) => {
  const found = new Set();
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.add(`${root.scrollWidth}px wide`);
  const shown = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 1;
  const named = (one) => `${one.tagName.toLowerCase()}.${one.className}`;
  for (const one of document.querySelectorAll(".button, .choice, .input, a.row, button.row")) {
    const high = one.getBoundingClientRect().height;
    if (shown(one) && high < main - .5) found.add(`${high}px high ${named(one)}`);
  }
  for (const one of document.querySelectorAll("a[href], button, summary, input, select, textarea")) {
    if (!touch || !shown(one) || one.closest(".skip") || getComputedStyle(one).display === "inline") continue;
    const target = one.matches("a, button, summary") ? one : one.closest("label, .input") ?? one;
    const { width, height } = target.getBoundingClientRect();
    if (Math.min(width, height) < touch - .5) found.add(`${width}×${height}px to touch: ${named(one)}`);
  }
  const cut = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    const cell = text.parentElement.closest("td, th")?.getBoundingClientRect();
    if (cell && (right > cell.right + 1 || left < cell.left - 1)) return true;
    for (let box = text.parentElement; box && box !== root; box = box.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(box);
      if (/auto|scroll/.test(overflowX + overflowY) || position === "fixed") return false;
      const edge = box.getBoundingClientRect();
      if (/hidden|clip/.test(overflowX) && (right > edge.right + 1 || left < edge.left - 1)) return true;
      if (/hidden|clip/.test(overflowY) && (bottom > edge.bottom + 1 || top < edge.top - 1)) return true;
    }
    return right > innerWidth + 1 || left < -1;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, one = text.parentElement;
    if (!text.data.trim() || one.closest("svg, script, option, .only-read, .skip") || !shown(one)) continue;
    if (cut(text)) found.add(`cut off or over others: ${text.data.trim().slice(0, 20)} in ${named(one)}`);
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < letters) found.add(`${size}px letters ${named(one)}`);
  }
  return [...found];
}"""
_MODE = """(care) => {
  if (care) document.body.dataset.weuiMode = "care";
  else delete document.body.dataset.weuiMode;
}"""
# How everything looks that nobody has come to yet: where the focus is must look otherwise.
_REST = """() => {
  const looks = (one) => {
    const { boxShadow, outlineStyle, outlineColor, borderColor, backgroundColor } = getComputedStyle(one);
    return [boxShadow, outlineStyle, outlineStyle === "none" ? "" : outlineColor, borderColor, backgroundColor].join();
  };
  const frames = (one) => [one, ...[".choice", ".input", "label", ".find"].map((frame) => one.closest(frame))];
  globalThis.looks = looks, globalThis.frames = frames, globalThis.atRest = new Map(), globalThis.come = new Set();
  document.activeElement?.blur();
  for (const one of document.querySelectorAll("a[href], button, summary, input, select, textarea, [tabindex]"))
    for (const frame of frames(one)) if (frame) atRest.set(frame, looks(frame));
}"""
_FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return null;
  come.add(one);
  const name = `${one.tagName.toLowerCase()} ${one.id || one.name || one.textContent.trim().slice(0, 20)}`;
  const { left, top, right, bottom } = one.getBoundingClientRect();
  const across = [.1, .5, .9].map((part) => left + (right - left) * part);
  const down = [.1, .5, .9].map((part) => top + (bottom - top) * part);
  const seen = across.some((x) => down.some((y) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (one.contains(hit) || hit.contains(one) && hit.closest("label, .input"));
  }));
  const told = frames(one).some((frame) => frame && looks(frame) !== atRest.get(frame));
  return [...seen ? [] : [`hidden: ${name}`], ...told ? [] : [`no sign of focus: ${name}`]];
}"""
_LEFT_OUT = """() => {
  const radios = [...come].filter((one) => one.type === "radio").map((one) => one.name);  // one of a group has the Tab
  const named = (one) => `${one.tagName.toLowerCase()} ${one.id || one.name || one.textContent.trim().slice(0, 20)}`;
  return [...document.querySelectorAll("a[href], button, summary, input, select, textarea")]
    .filter((one) => one.checkVisibility() && one.tabIndex >= 0 && !one.disabled && !one.closest("[inert]"))
    .filter((one) => !come.has(one) && !(one.type === "radio" && radios.includes(one.name)))
    .map((one) => `not reached by Tab: ${named(one)}`);
}"""
# What the dock covers for now comes out of it with a move of the finger; axe would measure the part that looks out.
_DOCK = """() => document.querySelector(".dock")?.style.setProperty("position", "static")"""
_MANY, _ROUNDS = 900, 3  # stops on a page; ends of it that are come to


class Scales:
    """Weighs what a page needs over the network where nothing of it is kept yet: itself, styles, scripts, drawings."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        network.send("Network.setBypassServiceWorker", {"bypass": True})
        network.on("Network.loadingFinished", self._come)

    def _come(self, told: dict[str, float]) -> None:
        self.bytes += int(told["encodedDataLength"])

    def weigh(self, page: Page, place: str) -> int:
        """Open a page and return its bytes, answers' heads included."""
        self.bytes = 0
        page.goto(place)
        return self.bytes


def faults(page: Page, sizes: Sequence[Size] = PHONES, *, measured_only: Sequence[Size] = ()) -> list[str]:
    """Return what is wrong with the page as it stands, in each of `sizes`; in the others without asking axe."""
    found = set()
    page.evaluate(_DOCK)
    if sizes:
        page.evaluate(_AXE)  # as a debugger does: the page's policy lets no script in
    for size in (*sizes, *measured_only):
        _resize(page, size)
        page.evaluate(_MODE, size.care)
        wrong = page.evaluate(_MEASURE, asdict(size))
        wrong += page.evaluate(_RUN) if size in sizes else []
        found |= {f"{size.name}: {one}" for one in wrong}
    page.evaluate(_MODE, False)
    _resize(page, (*sizes, *measured_only)[0])
    return sorted(found)


def _resize(page: Page, size: Size) -> None:
    wanted: ViewportSize = {"width": size.width, "height": size.height}
    if page.viewport_size != wanted:
        page.set_viewport_size(wanted)


def stops(page: Page) -> list[str]:
    """Press Tab through the whole page; return where the focus is not seen, does not come or stays caught."""
    page.evaluate(_REST)
    found: list[str] = []
    ends = 0  # of the page; the first comes soon where a field below had the focus from the beginning
    for _ in range(_MANY):
        page.keyboard.press("Tab")
        wrong = page.evaluate(_FOCUS)
        ends += wrong is None
        found += wrong or []
        if wrong is None and ((left := page.evaluate(_LEFT_OUT)) == [] or ends == _ROUNDS):
            return sorted({*found, *left})
    return [*found, "the keyboard does not get out of the page"]


def tab_to(page: Page, target: Locator) -> list[str]:
    """Press Tab until `target` has the focus; return at which stops the focus was not to be seen."""
    found: list[str] = []
    page.evaluate(_REST.replace("document.activeElement?.blur();", ""))
    for _ in range(150):
        page.keyboard.press("Tab")
        found += page.evaluate(_FOCUS) or []
        if target.evaluate("(one) => one === document.activeElement"):
            return found
    raise AssertionError("the keyboard does not get there")
