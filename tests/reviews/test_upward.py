"""R22: a city submits upward, arts and sports first, then all; each person is frozen, what changes goes up as a change.

Which person goes up in which batch stands in tables written by hand; digests are computed anew by another library.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, OperationalError, transaction

from baoming.audit.actors import Party
from baoming.audit.models import Event
from baoming.organizations.models import Organization
from baoming.registrations.journey import Trait
from baoming.registrations.models import Batch, BatchLine, FormVersion, Registration
from baoming.registrations.services import batches
from baoming.registrations.services.steps import locked, place_hold
from baoming.reviews.models import SubmissionBatch, UpwardLine
from baoming.reviews.services import complete_registration, reopen, upward
from baoming.reviews.services.class_acts import KINDS
from baoming.reviews.services.upward import Category, send_upward
from baoming.reviews.tasks import run_batch
from baoming.reviews.upward_queries import KIND, changed, lines_of, since
from baoming.seasons.models import Season
from baoming.shared.errors import NotOpen, Refused
from tests import factories as make
from tests.reviews.test_class_kinds import actor, completed, do

pytestmark = pytest.mark.django_db
PEOPLE = ("甲艺术", "乙体育", "丙普通", "丁普通", "戊普通")
THEN = datetime(2022, 12, 1, tzinfo=UTC)


@pytest.fixture
def here() -> Organization:
    """Two of arts and sports and three others, all finally reviewed; one whom the city has not reviewed."""
    make.season("confirmation")
    site = make.site()
    for row, name in zip(completed(site, 6), (*PEOPLE, "己没终审"), strict=True):
        traits = [Trait.ARTS_OR_SPORTS.value] if name in PEOPLE[:2] else []
        Registration.objects.filter(pk=row.pk).update(name=name, traits=traits)
    make.season("submission")
    review(site, *PEOPLE)
    return site


def person(name: str) -> Registration:
    return Registration.objects.get(name=name)


def review(here: Organization, *names: str) -> None:
    assert do("review", here, [person(name) for name in names]).done == len(names)


def ask(here: Organization, category: Category = Category.ALL) -> Batch:
    return send_upward(Season.objects.get(), category, key=uuid4(), by=actor(here, Party.CITY))


def run(batch: Batch) -> Batch:
    run_batch(str(batch.pk))
    batch.refresh_from_db()
    return batch


def sent(number: int) -> dict[str, str]:
    """Name → kind of what went up in the batch of this number."""
    batch = SubmissionBatch.objects.get(number=number)
    return dict(lines_of(batch).values_list("registration__name", "kind"))


def left_out(batch: Batch) -> dict[str, str]:
    rows = BatchLine.objects.filter(batch=batch).exclude(sentence="")
    return dict(rows.values_list("registration__name", "sentence"))


def open_again(here: Organization, name: str) -> Registration:
    row = person(name)
    reopen(row.pk, reason="姓名有误", by=actor(here, Party.COUNTY))
    return row


def hold(here: Organization, name: str) -> None:
    by = actor(here, Party.COUNTY)
    place_hold(locked(person(name).pk), kind="moral", steps=["completion"], by=by, reason="考核中")


def complete_again(here: Organization, name: str) -> None:
    make.season("confirmation")
    complete_registration(person(name).pk, by=actor(here, Party.COUNTY))
    make.season("submission")
    review(here, name)


def save_anew(row: Registration) -> None:
    """A second version, printed and signed as the first was."""
    version = FormVersion.objects.get(registration=row)
    version.pk, version.number, version.content_hash = None, 2, "B" * 64
    version.save(force_insert=True)
    Registration.objects.filter(pk=row.pk).update(version=2, printed_version=2, signed_version=2)


def test_arts_and_sports_go_first_then_all_and_what_changed_goes_up_in_the_next(here: Organization) -> None:
    with pytest.raises(Refused, match="还有2名艺术体育类考生等上报"):
        ask(here)
    run(ask(here, Category.ARTS))
    assert sent(1) == {"甲艺术": "new", "乙体育": "new"}
    run(ask(here))
    assert sent(2) == {"丙普通": "new", "丁普通": "new", "戊普通": "new"}
    for category in Category:
        with pytest.raises(Refused, match="没有可以上报的考生"):
            ask(here, category)

    save_anew(open_again(here, "甲艺术"))
    for name in ("丙普通", "丁普通", "戊普通"):
        open_again(here, name)
    Registration.objects.filter(name="戊普通").update(stopped_at=THEN)
    complete_again(here, "甲艺术")
    complete_again(here, "丙普通")
    with pytest.raises(Refused, match="还有1名艺术体育类"):
        ask(here)
    run(ask(here, Category.ARTS))
    assert sent(3) == {"甲艺术": "version"}
    run(ask(here))
    assert sent(4) == {"丙普通": "again", "戊普通": "stopped"}  # 丁 is opened again, and waits for the city

    Registration.objects.filter(name="戊普通").update(stopped_at=None)
    for name in ("丁普通", "戊普通"):
        complete_again(here, name)
    run(ask(here))
    assert sent(5) == {"丁普通": "again", "戊普通": "back"}
    told = SubmissionBatch.objects.order_by("number").values_list("number", "category", "count", "changes")
    assert list(told) == [(1, "arts", 2, 0), (2, "all", 3, 0), (3, "arts", 1, 1), (4, "all", 2, 2), (5, "all", 2, 2)]
    first, second = UpwardLine.objects.filter(registration=person("甲艺术")).order_by("id")
    assert (first.version, first.content_hash) == (1, "A" * 64), "what was sent stays as it was"
    assert (second.version, second.content_hash) == (2, "B" * 64)


def test_what_has_changed_since_is_told_of_each_line(here: Organization) -> None:
    run(ask(here, Category.ARTS))
    run(ask(here))
    open_again(here, "丙普通")
    open_again(here, "丁普通")
    complete_again(here, "丁普通")
    open_again(here, "戊普通")
    Registration.objects.filter(name="戊普通").update(stopped_at=THEN)
    expected = {
        "丙普通": "已重新打开，再次终审后上报变更",
        "丁普通": "已再次终审，等上报变更",
        "戊普通": "已中止报名，等上报变更",
    }
    lines = lines_of(SubmissionBatch.objects.get(number=2)).select_related("registration")
    told = since(list(lines))
    assert {line.registration.name: told[line.pk] for line in lines if line.pk in told} == expected
    assert set(changed(lines).values_list("registration__name", flat=True)) == set(expected)
    first = lines_of(SubmissionBatch.objects.get(number=1)).select_related("registration")
    assert (since(list(first)), changed(first).count()) == ({}, 0)
    run(ask(here))
    told = since(list(lines))
    assert {line.registration.name: told[line.pk] for line in lines if line.pk in told} == {
        "丙普通": expected["丙普通"], "丁普通": "后来的批次已上报变更", "戊普通": "后来的批次已上报变更",
    }  # fmt: skip
    assert changed(lines).count() == 3


@pytest.fixture
def incomplete(here: Organization) -> Batch:
    """A batch that was asked for; before it runs one is opened again, one held, one changed behind the review."""
    run(ask(here, Category.ARTS))
    batch = ask(here)
    open_again(here, "丙普通")
    place_hold(
        locked(person("丁普通").pk), kind="moral", steps=["completion"], by=actor(here, Party.COUNTY), reason="考核中"
    )
    Registration.objects.filter(name="戊普通").update(version=2)
    return batch


def test_nothing_incomplete_goes_up_and_who_is_left_out_is_named_with_why(incomplete: Batch) -> None:
    batch = run(incomplete)
    assert (batch.done, batch.skipped) == (0, 3)
    assert left_out(batch) == {
        "丙普通": "还缺：县区完成、市州终审。办好以后才能上报",
        "丁普通": "考核中，办结后才能上报",
        "戊普通": "终审以后又有改动，请重新打开，再次终审后上报",
    }
    assert SubmissionBatch.objects.count() == 1, "where nobody could go nothing was sent"


def test_control_without_the_question_the_incomplete_go_up(incomplete: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upward, "_refuse_if_incomplete", lambda state: None)
    run(incomplete)
    assert sent(2) == {"丙普通": "new", "丁普通": "new"}


def test_who_was_not_reviewed_or_is_held_is_not_asked_for(here: Organization) -> None:
    place_hold(
        locked(person("丙普通").pk), kind="moral", steps=["completion"], by=actor(here, Party.COUNTY), reason="考核中"
    )
    run(ask(here, Category.ARTS))
    run(ask(here))
    assert sent(2) == {"丁普通": "new", "戊普通": "new"}


def test_the_digest_is_that_of_the_lines_in_the_order_of_the_primary_key(here: Organization) -> None:
    run(ask(here, Category.ARTS))
    run(ask(here))
    people = sorted(row.pk for row in Registration.objects.filter(name__in=PEOPLE[2:]))
    text = "".join(f"{pk} new 1 {'A' * 64} \n" for pk in people)  # the photos of these pupils have no digest
    digest = hashlib.new("sm3", text.encode()).hexdigest().upper()
    assert SubmissionBatch.objects.get(number=2).digest == digest
    assert SubmissionBatch.objects.get(number=1).digest != digest
    event = Event.objects.filter(verb="send_upward").order_by("id").last()
    assert event is not None
    assert event.details == {"number": 2, "people": 3, "kind": "all"}


def small(chunk: int = 2) -> dict[str, batches.Kind]:
    return {KIND: replace(KINDS[KIND], chunk=chunk)}


def test_killed_in_the_middle_it_goes_on_from_there_and_everybody_goes_up_once(
    here: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ask(here, Category.ARTS))
    batch = ask(here)
    assert batches.run_chunk(batch.pk, small())
    assert UpwardLine.objects.filter(run=batch).count() == 2
    assert SubmissionBatch.objects.count() == 1, "nothing is sent before all are frozen"

    def killed(*_: object) -> None:
        raise OperationalError

    with pytest.raises(OperationalError), transaction.atomic():
        batches.run_chunk(batch.pk, {KIND: replace(small()[KIND], end=killed)})
    assert UpwardLine.objects.filter(run=batch).count() == 2, "the chunk that was under way left nothing"
    assert not batches.run_chunk(batch.pk, small())
    assert sent(2) == {"丙普通": "new", "丁普通": "new", "戊普通": "new"}


def test_run_twice_and_asked_twice_it_is_one(here: Organization) -> None:
    key, by = uuid4(), actor(here, Party.CITY)
    first = send_upward(Season.objects.get(), Category.ARTS, key=key, by=by)
    assert send_upward(Season.objects.get(), Category.ARTS, key=key, by=by).pk == first.pk
    with pytest.raises(Refused, match="上一批还没有办完"):
        ask(here, Category.ARTS)
    run(run(first))
    assert send_upward(Season.objects.get(), Category.ARTS, key=key, by=by).pk == first.pk
    assert (SubmissionBatch.objects.count(), UpwardLine.objects.count()) == (1, 2)


@pytest.mark.parametrize("party", [Party.SITE, Party.COUNTY])
def test_nobody_but_a_city_sends_upward(here: Organization, party: Party) -> None:
    with pytest.raises(NotOpen, match="由市"):
        send_upward(Season.objects.get(), Category.ARTS, key=uuid4(), by=actor(here, party))


def test_a_city_sends_its_own_people_with_numbers_of_its_own(here: Organization) -> None:
    make.season("confirmation")
    other = make.site("01", of="0203")
    [row] = completed(other, 1)
    Registration.objects.filter(pk=row.pk).update(name="外市的")
    make.season("submission")
    review(other, "外市的")
    run(ask(here, Category.ARTS))
    batch = run(ask(other))
    assert batch.done == 1
    told = SubmissionBatch.objects.order_by("id").values_list("path", "number", "count")
    assert list(told) == [("43/01/", 1, 2), ("43/02/", 1, 1)]


def writes(run_id: UUID) -> Iterator[object]:
    line = UpwardLine.objects.filter(run=run_id)[0]
    yield lambda: UpwardLine.objects.update(version=9)
    yield lambda: UpwardLine.objects.all()._raw_delete("default")
    yield lambda: SubmissionBatch.objects.update(count=9)
    yield lambda: SubmissionBatch.objects.all()._raw_delete("default")
    yield lambda: UpwardLine.objects.create(
        run_id=run_id, registration=person("丙普通"), submission_id=line.submission_id, kind="new", version=1,
        content_hash="A" * 64, photo_sha256="",
    )  # fmt: skip


def test_what_was_sent_is_never_changed_nor_added_to(here: Organization) -> None:
    batch = run(ask(here, Category.ARTS))
    for write in writes(batch.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()  # type: ignore[operator]
    assert sent(1) == {"甲艺术": "new", "乙体育": "new"}
