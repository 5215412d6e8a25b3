"""What an announcement must be: plain text of bounded length, and a time that makes sense."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from baoming.shared.errors import Invalid
from baoming.shared.moments import typed_moment
from baoming.shared.text import has_address

LONGEST_TITLE, LONGEST_TEXT = 40, 2000  # characters
# Candidates are told that a link is never ours: one that is would teach them the contrary.
_NO_ADDRESS = "公告只用文字，不放网址和邮箱，考生会当成假冒的链接。请删去，改写明在哪一页、哪一项办理"


@dataclass(frozen=True, slots=True)
class Notice:
    """One announcement as it will stand. `opens` and `closes` are aware; `closes` is None for no end."""

    title: str
    text: str
    opens: datetime
    closes: datetime | None

    @property
    def paragraphs(self) -> list[str]:
        return paragraphs(self.text)


def paragraphs(text: str) -> list[str]:
    """Return the text in paragraphs: every line that is not empty is one."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def checked(typed: Mapping[str, str], *, now: datetime) -> Notice:
    """Return the notice that was typed: title, text, opens, closes. An empty opening is `now`. Raises Invalid."""
    title, text = typed.get("title", "").strip(), typed.get("text", "").strip()
    problems = _words(title, text)
    opens = _moment(typed.get("opens", ""), "opens", problems) or now
    closes = _moment(typed.get("closes", ""), "closes", problems)
    if closes is not None and "closes" not in problems and closes <= max(opens, now):
        problems["closes"] = "结束时间应在开始时间和现在以后，不需要结束时间的可以不填"
    if problems:
        raise Invalid(problems)
    return Notice(title=title, text=text, opens=opens, closes=closes)


def _words(title: str, text: str) -> dict[str, str]:
    problems = {}
    if not title:
        problems["title"] = "请填写标题"
    elif len(title) > LONGEST_TITLE or not title.isprintable():
        problems["title"] = f"标题最多{LONGEST_TITLE}个字，写成一行，现在是{len(title)}个字"
    elif has_address(title):
        problems["title"] = _NO_ADDRESS
    if not text:
        problems["text"] = "请填写正文"
    elif len(text) > LONGEST_TEXT:
        problems["text"] = f"正文最多{LONGEST_TEXT}个字，现在是{len(text)}个字，请删减后再预览"
    elif not all(line.isprintable() for line in text.replace("\t", " ").splitlines()):
        problems["text"] = "正文里有看不见的控制字符，请删去后再预览"
    elif has_address(text):
        problems["text"] = _NO_ADDRESS
    return problems


def _moment(text: str, field: str, problems: dict[str, str]) -> datetime | None:
    try:
        return typed_moment(text, field)
    except Invalid as refusal:
        problems |= refusal.fields
        return None
