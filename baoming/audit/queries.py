"""Reading what has happened."""

import json
import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet

from baoming.audit.chain import anchor_line
from baoming.audit.models import Event, Leaf, Root, Verification
from baoming.shared.queries import Kept

_MOST = 100
LOGINS = ("sign_in", "sign_out")  # one's own comings and goings: no act on what is registered, nobody's look at it


class Act(NamedTuple):
    """One event as a person's page tells it."""

    at: datetime
    verb: str
    label: str  # of who did it
    details: dict[str, Any]


def story(subject: UUID) -> list[Act]:
    """Return what was done to one registration, newest first, at most a hundred acts; signing in is none."""
    return list(map(Act._make, _newest(subject)))


@Kept
def _newest(subject: UUID) -> "QuerySet[Event, tuple[Any, ...]]":
    rows = Event.objects.filter(subject=subject).exclude(verb__in=LOGINS).order_by("-id")
    return rows.values_list("at", "verb", "actor_label", "details")[:_MOST]


class Deed(NamedTuple):
    """One event as the person whom it was about reads it."""

    id: int
    at: datetime
    verb: str
    kind: str
    actor_id: str
    actor_path: str
    label: str
    details: dict[str, Any]


def deeds(subject: UUID, *, before: int | None = None, limit: int) -> list[Deed]:
    """Return what was done with one registration and by whom, newest first, from the event `before` on.

    Without the person's own signing in and out: `logins` tells that.
    """
    asked = {"subject": subject, **({"id__lt": before} if before else {})}
    rows = Event.objects.filter(**asked).exclude(verb__in=LOGINS).order_by("-id")
    names = ("id", "at", "verb", "actor_kind", "actor_id", "actor_path", "actor_label", "details")
    return [Deed._make(row) for row in rows.values_list(*names)[:limit]]


class Login(NamedTuple):
    """One sign-in, the end of all tries, or a desk that was unlocked after wrong ones.

    `device`: the tag of the browser, empty where it is not known. `wrong`: PINs before the right one.
    """

    at: datetime
    verb: str
    device: str
    wrong: int = 0


def logins(subject: UUID, *, limit: int = 10) -> list[Login]:
    """Return when an account (a candidate's: by the registration) was signed in to, or guessed at, newest first."""
    told = Q(verb__in=("sign_in", "claim", "use_up_tries", "use_up_codes", "use_up_pins"))
    guessed = Q(verb__in=("unlock_desk", "begin_shift"), details__wrong__gt=0)
    rows = Event.objects.filter(told | guessed, subject=subject).order_by("-id")
    found = rows.values_list("at", "verb", "details__device", "details__wrong")[:limit]
    return [Login(at, verb, device or "", wrong or 0) for at, verb, device, wrong in found]


def acts_on(subjects: Collection[UUID], verbs: Collection[str], *, limit: int) -> list[Event]:
    """Return acts of some kinds on any of a few subjects, newest first."""
    return list(Event.objects.filter(subject__in=subjects, verb__in=verbs).order_by("-id")[:limit])


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the audit is sealed and anchored, and how the last look at all of it ended."""

    places: int  # sealed events
    waiting: int  # not sealed yet
    root: int  # number of the last root, 0 for none
    at: datetime | None  # of the last root
    anchored: int | None  # the last root in the anchor file; None where it cannot be read from here
    same: bool  # that line is the database's
    verification: Verification | None


def seal_state() -> SealState:
    """Return the state of the seals: five small questions and the end of one file."""
    root = Root.objects.order_by("-number").first()
    place = Leaf.objects.order_by("-place").values_list("place", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_waiting()")
        waiting = cursor.fetchone()[0]
    line = _last_anchor()
    held = _number_of(line)
    mine = Root.objects.filter(number=held).first() if held else None
    return SealState(
        places=place or 0, waiting=waiting, root=root.number if root else 0, at=root.at if root else None,
        anchored=held,
        same=not held or (mine is not None and anchor_line(bytes(mine.message), bytes(mine.signature)) == line),
        verification=Verification.objects.order_by("-id").first(),
    )  # fmt: skip


def _last_anchor() -> bytes | None:
    """Return the last whole line of the anchor file, empty for none; None where the file cannot be read."""
    with suppress(OSError), Path(settings.AUDIT_ANCHORS).open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - 8192, 0))  # a line has about 400 bytes
        whole, end, _ = file.read().rpartition(b"\n")
        return whole[whole.rfind(b"\n") + 1 :] + end
    return None


def _number_of(line: bytes | None) -> int | None:
    """Return the number of the root that an anchor line is about, 0 for no line."""
    if not line:
        return None if line is None else 0
    with suppress(ValueError, LookupError, TypeError):
        return int(json.loads(line.rpartition(b" ")[0])[1])
    return None
