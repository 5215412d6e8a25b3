"""What a browser is called, how long it stays signed in (T10), and when a shared desk is locked, as rules."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

_SYSTEMS = (
    ("iPhone", "iPhone手机"), ("iPad", "iPad"), ("HarmonyOS", "鸿蒙手机"), ("Android", "安卓手机"),
    ("Windows", "Windows电脑"), ("Macintosh", "苹果电脑"), ("Linux", "Linux电脑"),
)  # fmt: skip
_PROGRAMS = (
    ("MicroMessenger", "微信"), ("QQBrowser", "QQ浏览器"), ("UCBrowser", "UC浏览器"), ("Edg", "Edge浏览器"),
    ("Firefox", "火狐浏览器"), ("Chrome", "Chrome浏览器"), ("Safari", "Safari浏览器"),
)  # fmt: skip
_PHONES = ("iPhone", "Android", "HarmonyOS", "Mobile")


@dataclass(frozen=True, slots=True)
class Stay:
    """A session ends `idle` after the last request, and `longest` after sign-in whatever is done."""

    idle: timedelta
    longest: timedelta


STAFF = Stay(timedelta(minutes=15), timedelta(hours=12))
DESK = Stay(STAFF.longest, STAFF.longest)  # does not end when nobody does anything: it is locked (lock_reason)
OWN = Stay(timedelta(minutes=15), timedelta(hours=12))  # a candidate's own phone or PC
PUBLIC = Stay(timedelta(minutes=10), timedelta(hours=2))  # 公用电脑: whoever comes next sits down at once

SHIFT = timedelta(minutes=json.loads((Path(__file__).parent / "data" / "shift.json").read_text("utf-8"))["minutes"])


def lock_reason(
    *, shift_at: datetime | None, seen_at: datetime | None, locked_at: datetime | None, now: datetime
) -> str:
    """Return why a desk is locked: "hand" (or noticed before), "shift", "idle"; empty while it is open.

    `shift_at`: when its operator was confirmed last; None for browsers that are no desk's, which just end.
    """
    if shift_at is None:
        return ""
    if locked_at is not None:
        return "hand"
    if now - shift_at >= SHIFT:
        return "shift"
    return "idle" if seen_at is None or now - seen_at >= STAFF.idle else ""


def words(agent: str) -> str:
    """Return what its owner would call a browser, from what it says of itself: it may say anything."""
    system = next((name for mark, name in _SYSTEMS if mark in agent), "其他设备")
    program = next((name for mark, name in _PROGRAMS if mark in agent), "其他浏览器")
    return f"{system}，{program}"


def is_phone(agent: str) -> bool:
    """Whether a browser says that it runs on a phone: nobody shares one as they share the PCs of a school."""
    return any(mark in agent for mark in _PHONES)
