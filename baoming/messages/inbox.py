"""A message as people read it: its owner in the portal, and the site on the page of a candidate."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from baoming.messages.models import Message
from baoming.messages.providers.base import Reason
from baoming.messages.queries import messages_of, texts
from baoming.messages.services.outbox import may_go_again, number_of, text_of
from baoming.messages.templates import covered, is_code
from baoming.seasons.models import Season
from baoming.shared.text import mask_phone

MOST = 60  # of one page
REASONS: Mapping[str, str] = {
    Reason.NUMBER_LIMIT: "这个号码收到的短信已到上限",
    Reason.NUMBER_BAD: "号码有误或已停用",
    Reason.NUMBER_BLOCKED: "号码拒收短信（退订或免打扰）",
    Reason.CONTENT: "内容被服务商拦下",
    Reason.TEMPLATE: "服务商没有批准这条模板",
    Reason.SIGN: "服务商没有批准短信签名",
    Reason.BALANCE: "短信余额不足",
    Reason.RATE: "短信服务繁忙",
    Reason.KEYS: "短信服务的密钥不对",
    Reason.DOWN: "短信服务没有回应",
    Reason.UNDELIVERED: "手机关机、欠费或没有信号",
    Reason.OTHER: "服务商没有接收",
}
_LIGHTS = {
    Message.State.QUEUED: "doing", Message.State.SENT: "doing", Message.State.ARRIVED: "done",
    Message.State.FAILED: "problem", Message.State.UNKNOWN: "todo", Message.State.EXPIRED: "later",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. `light`: done, doing, todo, problem, later; `text` without a code; `phone` masked."""

    pk: UUID
    title: str
    text: str
    at: datetime
    state: str
    light: str
    why: str
    phone: str
    unread: bool
    again: bool


def letters(recipient: UUID, season: Season, *, most: int = MOST) -> list[Letter]:
    """Return the newest messages of a person, newest first."""
    titles = texts(season)["templates"]
    return [_letter(one, titles) for one in messages_of(recipient)[:most]]


def _letter(one: Message, titles: Mapping[str, Any]) -> Letter:
    return Letter(
        pk=one.pk,
        title=titles[one.template]["title"] if one.template in titles else "通知",
        text=covered(text_of(one), one.template),
        at=one.at,
        state=one.get_state_display() + ("（语音）" if one.voice else ""),
        light=_LIGHTS[Message.State(one.state)],
        why=REASONS.get(one.reason, "") if one.state == Message.State.FAILED else "",
        phone=mask_phone(number_of(one)),
        unread=one.read_at is None and not is_code(one.template),
        again=may_go_again(one),
    )
