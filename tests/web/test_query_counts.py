"""A list, a story and a task list ask the database as often for thirty rows as for one.

The control reads what a list shows one by one, and the count grows with the rows.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baoming.audit.actors import Actor, Party
from baoming.audit.services import record
from baoming.documents.models import Print, PrintFile
from baoming.documents.services import log_print
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.payments.models import Order
from baoming.registrations.journey import pack, rests_on
from baoming.registrations.list_queries import Line
from baoming.registrations.models import FormVersion, HoldRow, Registration, StepLog
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services.photos import pass_photo, take_photo
from baoming.registrations.services.rosters import import_roster
from baoming.registrations.worklists import TABS
from baoming.reviews.services import transfer
from baoming.seasons.models import Season
from baoming.web.office import worklist
from tests import factories as make
from tests.registrations import confirmed
from tests.registrations.test_pass_photo import RED, WORDS
from tests.reviews import files
from tests.reviews.asking import asked
from tests.web.conftest import signed_in

pytestmark = pytest.mark.django_db
_running = count(1)

# What brings a registration under each tab.
UNDER: dict[str, dict[str, object]] = {
    "all": {},
    "intake": {"number": None},
    "approval": {"approval_since": datetime(2022, 11, 1, tzinfo=UTC), "decider": "county"},
    "early": {"number": None},
    "form": {"done": pack([*rests_on("form")])},
    "sign": {"done": pack([*rests_on("signature")])},
    "moral": {"done": pack([*rests_on("signature"), "signature"])},
    "complete": {"done": pack(rests_on("completion"))},
    "review": {"done": pack(rests_on("final_review"))},
    "handed": {"done": pack(rests_on("final_review"))},
    "below": {"done": pack(rests_on("completion"))},
    "sent": {"done": pack([*rests_on("final_review"), "final_review"])},
    "stopped": {"stopped_at": datetime(2022, 11, 1, tzinfo=UTC)},
    "problem": {"fallen": 1},
    "debts": {"debts": 1},
}


def queries(client: Client, address: str, sent: dict[str, str] | None = None) -> int:
    """How many statements a page takes, once this process has read what it keeps; `sent` makes it a POST."""
    assert ask(client, address, sent).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        ask(client, address, sent)
    return len(captured)


def ask(client: Client, address: str, sent: dict[str, str] | None) -> Any:
    return client.post(address, sent) if sent else client.get(address)


def counted(
    client: Client, address: str, more: Callable[[], None], *, shown: str, sent: dict[str, str] | None = None
) -> tuple[int, int]:
    """Statements for one row and for thirty; `shown` stands once on the page for each row."""
    counts = []
    for rows in (1, 29):
        for _ in range(rows):
            more()
        counts.append(queries(client, address, sent))
    assert ask(client, address, sent).content.decode().count(shown) >= 30, "the rows are not on the page"
    return counts[0], counts[1]


def same(counts: tuple[int, int]) -> bool:
    return counts[0] == counts[1] > 0


def desk(office: Client) -> Organization:
    make.season()
    site = make.site()
    signed_in(office, make.staff(site))
    return site


def person(site: Organization, **changes: object) -> None:
    row = make.registration(site, name="欧阳思远")
    values = {"number": 1020000 + next(_running), **changes}
    Registration.objects.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_of_the_worklist(office: Client, tab: str) -> None:
    site = desk(office)
    assert same(counted(office, f"/candidates/?tab={tab}", lambda: person(site, **UNDER[tab]), shown="欧阳思远</a>"))


def test_what_waits_for_the_countys_decision(office: Client) -> None:
    site, there = desk(office), make.site("01", of="0103")
    assert site.parent
    signed_in(office, make.staff(site.parent, Role.COUNTY))
    by = Actor(kind=Party.COUNTY, id="", path=site.parent.path, label="王秀兰")

    def more() -> None:
        transfer(make.registration(site, name="阿依古丽").pk, to=there, reason="moved_home", note="", by=by)

    assert same(counted(office, "/approvals/", more, shown="阿依古丽"))


def test_the_list_of_cases(office: Client) -> None:
    site = desk(office)

    def more() -> None:
        row = make.registration(site, name="欧阳思远")
        asked(row, "household_mismatch", by=files.county(row))

    assert same(counted(office, "/cases/", more, shown="欧阳思远</a>"))


def test_what_was_found(office: Client) -> None:
    site = desk(office)
    person(site)
    person(site)
    wanted = {"wanted": "oysy"}
    assert same(counted(office, "/candidates/find/", lambda: person(site), shown="欧阳思远</a>", sent=wanted))


def test_control_holds_read_one_by_one_make_the_count_grow_with_the_rows(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_by_one(lines: list[Line]) -> dict[UUID, list[str]]:
        return {line.id: [row.reason for row in HoldRow.objects.filter(registration=line.id)] for line in lines}

    site = desk(office)
    monkeypatch.setattr(worklist, "holds_of", one_by_one)
    one, thirty = counted(office, "/candidates/", lambda: person(site), shown="欧阳思远</a>")
    assert thirty >= one + 29


def pupil(site: Organization) -> None:
    running = next(_running)
    row = RosterRow(2, f"G{running:018d}", "测试学生", "高三（1）班", class_number=f"{running:02d}")
    import_roster(Season.objects.get(), site, [row], by=Actor(kind=Party.SITE, id="", path=site.path, label="周敏"))


def test_the_queue_at_the_desk(office: Client) -> None:
    site = desk(office)

    def more() -> None:
        pupil(site)
        person(site, number=None)
        person(site, photo_state="retake")

    assert same(counted(office, "/desk/", more, shown="测试学生"))


def faced(site: Organization) -> None:
    """A person with a photo that waits, one in use, and the reason why it passed."""
    row = make.registration(site, name="欧阳思远")
    by = Actor(kind=Party.SITE, id="", path=row.path, label="周敏")
    photo = take_photo(row.pk, RED, by=by, source="camera")
    pass_photo(row.pk, photo.pk, **WORDS, by=by)
    take_photo(row.pk, RED, by=by, source="camera")


def test_a_class_of_faces(office: Client) -> None:
    site = desk(office)
    assert same(counted(office, "/photos/", lambda: faced(site), shown="欧阳思远</a>"))


def test_the_roster(office: Client) -> None:
    site = desk(office)
    assert same(counted(office, "/rosters/", lambda: pupil(site), shown="测试学生"))


@pytest.mark.parametrize("address", ["/sites/", "/", "/segments/", "/segments/plan/"])
def test_the_countys_sites_and_its_day(office: Client, address: str) -> None:
    make.season()
    signed_in(office, make.staff(make.county(), Role.COUNTY))
    codes = count(1)

    def more() -> None:
        running = next(codes)
        site = make.site(f"{running:02d}")
        make.segment(site, first=1020000 + running * 100, last=1020000 + running * 100 + 49)
        person(site, number=None)

    assert same(counted(office, address, more, shown="中学报名点"))


def happened(row: Registration) -> None:
    """One more of all that a person's pages list."""
    now, running = datetime.now().astimezone(), next(_running)
    by = Actor(kind=Party.SITE, id="", path=row.path, label="周敏")
    record("print_sheet", by=by, subject=row.pk, path=row.path)
    log_print(row.pk, "registration_form", path=row.path, version=1, content_hash="A" * 64, at=now, by=by)
    for done in (False, True):
        StepLog.objects.create(registration=row, step="form", done=done, at=now, by_kind=by.kind, by_label=by.label)
    HoldRow.objects.create(registration=row, kind="reverification", steps=["completion"], reason="欠核验",
                           placed_at=now, placed_by=by.label)  # fmt: skip
    Order.objects.create(number=f"BM{running}", registration=row, path=row.path, item="registration_fee",
                         amount=4000, state="closed", created_at=now)  # fmt: skip
    first = FormVersion.objects.get(registration=row, number=1)
    row.refresh_from_db()
    row.version += 1
    again = FormVersion.objects.create(
        registration=row, number=row.version, at=now, content_hash=first.content_hash, receipt=first.receipt,
        changed=["postcode"], field_count=first.field_count, by_label=first.by_label,
    )  # fmt: skip
    again.groups.set(first.groups.all())
    row.save(update_fields=["version"])


def test_one_candidates_story(office: Client) -> None:
    row = confirmed.saved()
    signed_in(office, make.staff(row.site))
    assert same(counted(office, f"/candidates/{row.pk}/", lambda: happened(row), shown="打印报名登记表"))


@pytest.mark.parametrize(("address", "shown"), [("/versions/", "/versions/"), ("/tasks/", ""), ("/fee/", "")])
def test_the_candidates_own_pages(phone: Client, address: str, shown: str) -> None:
    row = confirmed.saved()
    assert row.account is not None
    phone.force_login(row.account)
    assert same(counted(phone, address, lambda: happened(row), shown=shown))


def printed_among_others(site: Organization, first: PrintFile | None = None) -> PrintFile:
    """One more file of a class print, and one more sheet in it and in the first."""
    season, now = Season.objects.get(), datetime.now().astimezone()
    by = Actor(kind=Party.SITE, id="", path=site.path, label="周敏")
    values = {"kind": "registration_form", "season": season, "path": site.path, "title": "高三（1）班", "at": now}
    made = PrintFile.objects.create(**values)
    row = make.registration(site, name="欧阳思远")
    for file in {first, made} - {None}:
        one = log_print(row.pk, "registration_form", path=row.path, version=1, content_hash="A" * 64, at=now, by=by)
        Print.objects.filter(pk=one.pk).update(file=file, place=1)
    return made


def test_the_files_of_class_prints_and_what_one_holds(office: Client) -> None:
    site = desk(office)
    first = printed_among_others(site)

    def more() -> None:
        printed_among_others(site, first)

    assert same(counted(office, "/prints/", more, shown="高三（1）班</a>"))
    assert same(counted(office, f"/prints/{first.pk}/", more, shown="欧阳思远</a>"))
