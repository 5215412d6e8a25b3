"""What is said of the browser that a version was saved from: words that a person knows their own things by.

The browser says it of itself, so nothing is decided by it: who lies here deceives nobody about the fields and the time.
"""

import re

KINDS = {
    "iphone": "苹果手机",
    "harmony": "鸿蒙手机",
    "android": "安卓手机",
    "tablet": "平板电脑",
    "computer": "电脑",
    "": "认不出的设备",
}
LONGEST = 10  # characters of a kind, as a version keeps it
# The first that fits. A phone says Mobile, a tablet of the same make does not.
_SIGNS = (
    ("tablet", r"iPad|Tablet|Pad\b"),
    ("iphone", r"iPhone|iPod"),
    ("harmony", r"(HarmonyOS|OpenHarmony|ArkWeb).*(Mobile|Phone)|Phone.*OpenHarmony"),
    ("android", r"Android.*Mobile|Mobile.*Android"),
    ("tablet", r"Android|HarmonyOS|OpenHarmony"),
    ("computer", r"Windows|Macintosh|X11|Linux|CrOS"),
)
_READ = 400  # characters of what the browser says; more is no browser


def kind_of(agent: str) -> str:
    """Return the kind of a User-Agent, empty for one that is none of ours."""
    said = agent[:_READ]
    return next((kind for kind, sign in _SIGNS if re.search(sign, said)), "")


def device_words(kind: str, *, device: str, before: str) -> str:
    """Return what is said of one save's device; `device` and `before`: digests of this browser and of the last one."""
    words = KINDS.get(kind, KINDS[""])
    if not (device and before):
        return words
    return f"{words}，和上一版同一台" if device == before else f"{words}，不是上一版那台"
