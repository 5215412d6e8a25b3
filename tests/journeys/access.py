"""Questions to a page about who can use it: WCAG 2.2 AA by axe, large letters, a narrow screen, keyboard alone."""

import json
from pathlib import Path

from playwright.sync_api import Locator, Page

_AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_OPTIONS = json.dumps({
    "runOnly": {"type": "tag", "values": _LEVELS}, "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"], "preload": False,
})  # fmt: skip
_RUN = f"""async () => (await axe.run(document, {_OPTIONS})).violations
  .flatMap((rule) => rule.nodes.map((node) => `${{rule.id}} ${{node.target.join(" ")}}`))"""
# What axe does not ask: ux.md section 4. Letters of drawings are read aloud by nobody, and stand in words beside them.
_MEASURE = """(care) => {
  const found = new Set();
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.add(`${root.scrollWidth}px wide`);
  const shown = (one) => one.checkVisibility() && one.getBoundingClientRect().width > 1;
  const named = (one) => `${one.tagName.toLowerCase()}.${one.className}`;
  for (const one of document.querySelectorAll(".button, .choice, .input, a.row, button.row")) {
    const high = one.getBoundingClientRect().height;
    if (shown(one) && high < (care ? 60 : 44) - .5) found.add(`${high}px high ${named(one)}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (care && texts.nextNode()) {
    const one = texts.currentNode.parentElement;
    const unread = one.closest("svg, script, option, .only-read, .skip");
    if (!texts.currentNode.data.trim() || unread || !shown(one)) continue;
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < 18) found.add(`${size}px letters ${named(one)}`);
  }
  return [...found];
}"""
_MODE = """(care) => {
  if (care) document.body.dataset.weuiMode = "care";
  else delete document.body.dataset.weuiMode;
}"""
_FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return [];
  const name = `${one.tagName.toLowerCase()} ${one.id || one.textContent.trim().slice(0, 20)}`;
  const { left, top, right, bottom } = one.getBoundingClientRect();
  const across = [.1, .5, .9].map((part) => left + (right - left) * part);
  const down = [.1, .5, .9].map((part) => top + (bottom - top) * part);
  const seen = across.some((x) => down.some((y) => {
    const hit = document.elementFromPoint(x, y);
    return hit && (one.contains(hit) || hit.contains(one) && hit.closest("label, .input"));
  }));
  const shows = (it) => {
    const { boxShadow, outlineStyle } = getComputedStyle(it);
    return boxShadow !== "none" || outlineStyle !== "none";
  };
  const told = [one, one.closest(".choice"), one.closest(".input")].filter(Boolean).some(shows);
  return [...seen ? [] : [`hidden: ${name}`], ...told ? [] : [`no sign of focus: ${name}`]];
}"""
# What the dock covers for now comes out of it with a move of the finger; axe would measure the part that looks out.
_DOCK = """() => document.querySelector(".dock")?.style.setProperty("position", "static")"""
WIDTHS = (390, 320)


def faults(page: Page) -> list[str]:
    """Return what is wrong with the page as it stands, in usual and in large letters, at both widths."""
    found = set()
    page.evaluate(_DOCK)
    page.evaluate(_AXE)  # as a debugger does: the page's policy lets no script in
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for care in (False, True):
            page.evaluate(_MODE, care)
            wrong = [*page.evaluate(_MEASURE, care), *page.evaluate(_RUN)]
            found |= {f"{width}px{', large' if care else ''}: {one}" for one in wrong}
    page.evaluate(_MODE, False)
    page.set_viewport_size({"width": WIDTHS[0], "height": 844})
    return sorted(found)


def tab_to(page: Page, target: Locator) -> list[str]:
    """Press Tab until `target` has the focus; return at which stops the focus was not to be seen."""
    found: list[str] = []
    for _ in range(150):
        page.keyboard.press("Tab")
        found += page.evaluate(_FOCUS)
        if target.evaluate("(one) => one === document.activeElement"):
            return found
    raise AssertionError("the keyboard does not get there")
