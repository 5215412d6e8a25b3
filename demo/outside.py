"""What lies outside the portals while the demo is made: no cashier, no SMS and no camera are asked.

Each outside service is answered here by its own contract, so that the season's acts run through the
product as they are. What only costs time is spared: passwords nobody knows are hashed cheaply, the same
drawn face is prepared once, and slips and sheets go to no printer.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from unittest.mock import patch
from uuid import UUID

from baoming.accounts.hashers import Argon2id
from baoming.messages.models import Message
from baoming.payments.models import Order
from baoming.payments.providers.base import Channel, Charge, ChargeState, Notice, Opened, Wanted
from baoming.photos.standard import ExaminedPhoto
from baoming.registrations.apart import examine_apart
from baoming.registrations.providers.base import Finding, Result, Session
from baoming.registrations.sheets import NumberSlip, SeasonHead, number_slips
from baoming.vault.services import keys
from demo.cast import UNRECORDED
from standins.faces import Sex, face

_FACES = 8  # of each sex: enough for a class to look like one
_COMMENT, _SHOT = b"\xff\xfe", 4  # marker of a JPEG's comment; bytes of the number of a shot


class Cashier:
    """The contract of payments.providers.base: an order is paid, or closed, when the demo says so."""

    def __init__(self) -> None:
        self.closed = False

    def create(self, channel: Channel, wanted: Wanted) -> Opened:
        raise NotImplementedError("the worker opens the cashier's page, once the stand-in runs")

    def query(self, number: str, *, made_at: datetime) -> Charge:
        state: ChargeState = "closed" if self.closed else "waiting"
        return Charge(number=number, state=state, fen=Order.objects.get(number=number).amount)

    def close(self, number: str, *, made_at: datetime) -> None:
        self.closed = True

    def read_notice(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Notice:
        order = Order.objects.get(number=body.decode())
        paid = Charge(
            number=order.number,
            state="paid",
            fen=order.amount,
            transaction=f"42000{secrets.randbelow(10**23):023d}",
        )
        return Notice(event=f"DEMO-{order.number}", charge=paid)


class PersonCheck:
    """The contract of registrations.providers.base: everybody is who they say."""

    def start(self, *, return_url: str, **_: str) -> Session:
        return Session(id=secrets.token_hex(12), page=return_url)

    def result(self, session: str, **_: str) -> Result:
        return Result("passed")


class SystemCheck:
    """The contract of registrations.providers.base: everybody stands in the register but one."""

    def check(self, *, name: str, number: str) -> Finding:
        return Finding("no_record" if number == UNRECORDED else "match", "公安人口信息（演示）")


class Printer:
    """Takes what is printed; on paper only what somebody will hold in their hands. `code`: on the slip last printed."""

    def __init__(self) -> None:
        self.on_paper, self.code = False, ""

    def slips(self, slips: Sequence[NumberSlip], *, season: SeasonHead, made_at: datetime) -> bytes:
        self.code = slips[0].code
        return number_slips(slips, season=season, made_at=made_at) if self.on_paper else b""

    def sheets(self, *_: object, **__: object) -> bytes:
        return b""


def code_sent_to(subject: UUID) -> str:
    """Return the code in the SMS last written to a person, as their telephone would show it."""
    message = Message.objects.filter(recipient=subject, template="phone_code").latest("at")
    text = keys().unseal(message.text_sealed, context=f"outbox_message.text_sealed.{message.pk}").decode()
    return text.partition("】")[2][:6]


@cache
def camera(seed: int, sex: Sex) -> bytes:
    """Return one of a few drawn faces."""
    return face(100 + seed, sex=sex)


def picture(seed: int, sex: Sex) -> bytes:
    """Return a face with the number of the shot in it: a camera never takes the same picture twice."""
    return _with_shot(camera(seed % _FACES, sex), seed.to_bytes(_SHOT))


def _with_shot(jpeg: bytes, shot: bytes) -> bytes:
    """Write the number as a comment (COM) behind the JPEG's first marker: it is seen by no eye and by every digest."""
    return jpeg[:2] + _COMMENT + (2 + len(shot)).to_bytes(2) + shot + jpeg[2:]


def _shot_of(jpeg: bytes) -> tuple[bytes, bytes]:
    """Return the face without the number of the shot, and the number; empty for a picture without one."""
    head = jpeg[:2] + _COMMENT + (2 + _SHOT).to_bytes(2)
    if not jpeg.startswith(head):
        return jpeg, b""
    return jpeg[:2] + jpeg[len(head) + _SHOT :], jpeg[len(head) : len(head) + _SHOT]


def _once() -> Callable[[bytes, Mapping[str, Any]], ExaminedPhoto]:
    """Examine each of the few drawn faces once: one season, one profile. What is kept has the shot's number again.

    Else people of the demo would have one picture, and look like one person.
    """
    found: dict[bytes, ExaminedPhoto] = {}

    def examine(drawn: bytes, profile: Mapping[str, Any]) -> ExaminedPhoto:
        plain, shot = _shot_of(drawn)
        if plain not in found:
            found[plain] = examine_apart(plain, profile)
        one = found[plain]
        if not shot:
            return one
        jpeg = _with_shot(one.prepared.jpeg, shot)
        return replace(one, prepared=replace(one.prepared, jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest()))

    return examine


@contextmanager
def replaced(cashier: Cashier, printer: Printer) -> Iterator[None]:
    """Have all that lies outside answered here, in this process, until the block ends."""
    services = "baoming.registrations.services"
    with ExitStack() as stack:
        for name, new in {
            "baoming.payments.services.cashier": lambda: cashier,
            f"{services}.person_checks.provider": lambda way: PersonCheck(),
            f"{services}.system_checks.provider": SystemCheck,
            f"{services}.slips.number_slips": printer.slips,
            f"{services}.sheets.registration_forms": printer.sheets,
            f"{services}.sheets.photo_bytes": lambda _: b"",
            f"{services}.photos.examine_apart": _once(),
            "baoming.messages.services.outbox.defer": _nothing,
            "baoming.payments.services.defer": _nothing,
            f"{services}.person_checks.defer": _nothing,
            f"{services}.system_checks.defer_once": _nothing,
        }.items():
            stack.enter_context(patch(name, new))
        stack.enter_context(patch.multiple(Argon2id, memory_cost=8, time_cost=1))
        yield


def _nothing(task: str, *_: object, **ids: object) -> None:
    """No job: what it would do is done here at once, or has no receiver."""
