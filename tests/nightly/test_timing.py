"""Who is registered cannot be told by how long a portal works: known and unknown people cost the same CPU."""

import gc
import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from baoming.accounts.codes import new_activation_code
from baoming.accounts.models import Account, Bucket, PhoneCode, candidate_handle
from baoming.registrations.models import Registration
from baoming.web.candidate import entry
from tests import factories as make
from tests.hashing import as_installed
from tests.web.conftest import nobody_outside, service_keys
from tests.web.test_entry import slip

__all__ = ["nobody_outside", "service_keys"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nobody_outside")]
SAMPLES = 2000  # of each
CARD = {"valid_to": "2031-03-18"}
LIVE = "recover, a live code"
# Where anybody may ask about anybody, by portal: what is sent of a number or a handle that is known, or not.
ROUTES: dict[str, tuple[str, str, Callable[[dict[str, str]], dict[str, str]]]] = {
    "sign in": ("candidate", "/sign-in/", lambda typed: {"number": typed["number"], "password": "sui-bian-cai"}),
    "claim": ("candidate", "/claim/", lambda typed: {**typed, "code": new_activation_code()}),
    "forgot, another card": (
        "candidate", "/forgot/", lambda typed: {"number": typed["number"], "valid_to": "2030-01-01", "act": "send"}),
    "forgot, the card": ("candidate", "/forgot/", lambda typed: {"number": typed["number"], **CARD, "act": "send"}),
    "recover, no code": (
        "candidate", "/forgot/",
        lambda typed: {"number": typed["number"], **CARD, "act": "set", "code": "000000", "login": "xin3deng8lu"}),
    LIVE: (
        "candidate", "/forgot/",
        lambda typed: {"number": typed["number"], **CARD, "act": "set", "code": "000000", "login": "xin3deng8lu"}),
    "staff sign in": ("office", "/sign-in/", lambda typed: {"handle": typed["handle"], "password": "sui-bian-cai"}),
    "staff activate": (
        "office", "/activate/",
        lambda typed: {
            "handle": typed["handle"], "code": new_activation_code(), "password": "mima-2024", "again": "mima-2024"}),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _hashed_as_installed() -> Iterator[None]:
    with as_installed():
        yield


def auc(first: Sequence[float], second: Sequence[float]) -> float:
    """How often one drawn from `second` is larger than one from `first` (half a point for equals), at least 0.5."""
    ordered = sorted(first)
    below = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in second)
    area = below / (2 * len(first) * len(second))
    return max(area, 1 - area)


def seconds(client: Client, path: str, typed: dict[str, str]) -> float:
    """CPU of this process for one refused request, with every budget full, and a code fresh where one was sent."""
    Bucket.objects.all().delete()
    PhoneCode.objects.update(tries=0, sent_at=timezone.now())
    begun = time.process_time()
    answer = client.post(path, typed)
    spent = time.process_time() - begun
    assert answer.status_code in (200, 422)
    return spent


def with_account(row: Registration) -> None:
    handle = candidate_handle(row.season_id, bytes(row.number_blind))
    row.account = Account.objects.create(kind=Account.Kind.CANDIDATE, handle=handle)
    row.account.set_password("zhen-de-mima-7")
    row.account.save()
    row.save(update_fields=["account"])


def told(name: str, samples: int = SAMPLES) -> float:
    """AUC of a guesser who sees the CPU of each answer: drawn in turns, after some to warm up."""
    row, known = slip()
    with_account(row)
    if name == LIVE:
        PhoneCode.objects.create(subject=row.pk, sent_at=timezone.now(), phone_sealed="", digest=b"-" * 32)
    known["handle"] = make.staff(row.site).account.handle
    portal, path, body = ROUTES[name]
    client = Client()
    draw = random.Random(1)
    found: dict[bool, list[float]] = {True: [], False: []}
    first = False
    gc.disable()
    for turn in range(2 * (samples + 20)):
        first = draw.random() < 0.5 if turn % 2 == 0 else first
        is_known = first ^ bool(turn % 2)  # pairs, either of them first
        nobody = {"number": make.number(900 + draw.randrange(90)), "handle": f"u{draw.randrange(10)}"}
        with override_settings(PORTAL=portal, ROOT_URLCONF=f"baoming.config.urls_{portal}"):
            spent = seconds(client, path, body(known if is_known else {**known, **nobody}))
        if turn >= 40:
            found[is_known].append(spent)
    gc.enable()
    return auc(found[False], found[True])


@pytest.mark.parametrize("name", ROUTES)
def test_known_and_unknown_people_cost_the_same(name: str) -> None:
    found = told(name)
    print(f"\n{name}: AUC {found:.3f} of 2 × {SAMPLES}")
    assert found <= 0.55


def test_control_five_milliseconds_more_for_the_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    handle = entry._handle

    def slower(season_id: int, number: str) -> str:
        found = handle(season_id, number)
        if Account.objects.filter(handle=found).exists():
            end = time.process_time() + 0.005
            while time.process_time() < end:
                pass
        return found

    monkeypatch.setattr(entry, "_handle", slower)
    assert told("sign in", samples=100) > 0.6


def test_the_measure_itself() -> None:
    assert auc([1, 2, 3], [1, 2, 3]) == 0.5
    assert auc([1, 2], [3, 4]) == auc([3, 4], [1, 2]) == 1.0
