"""R26: the new card, read at the site, ends the debt of typed entry; only what it contradicts falls."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.journey import pack
from baoming.registrations.models import HoldRow, Registration, Signature, StepLog
from baoming.registrations.queries import document_of, state_of
from baoming.registrations.services.intake import open_file, reread_card
from baoming.registrations.services.steps import place_hold
from baoming.schedule.services import extend_for_person
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen, Refused
from tests import factories as make
from tests.registrations import confirmed

pytestmark = pytest.mark.django_db
NEW = {"valid_from": date(2022, 10, 8), "valid_to": date(2032, 10, 8)}


def operator(row: Registration) -> Actor:
    return Actor(kind=Party.SITE, id="", path=row.path, label="周敏")


def typed(done: tuple[str, ...] = ("identity",)) -> Registration:
    """A person whose card had run out: typed, with the debt, and with the steps in `done`."""
    season, here = make.season(), make.site()
    old = make.document(valid_from=date(2012, 10, 8), valid_to=date(2022, 10, 8))
    row = open_file(old, season=season, site=here, by=make.staff(here).actor, reason="expired")
    row.done = pack(done)
    row.save(update_fields=["done"])
    return row


def owing(row: Registration) -> Registration:
    """The same person as if the card had been typed."""
    Registration.objects.filter(pk=row.pk).update(reading="typed", reader="")
    place_hold(row, kind="reverification", steps=[], reason="证件信息是手工录入的", by=operator(row))
    row.refresh_from_db()
    return row


def read(row: Registration, *, nonce: str = "n1", by: Actor | None = None, **changes: object) -> Registration:
    card = replace(document_of(row), **{**NEW, **changes})  # type: ignore[arg-type]
    made = reread_card(row.pk, card, reader="R01", nonce=nonce, by=by or operator(row))
    row.refresh_from_db()
    return made


def debt(row: Registration) -> bool:
    return HoldRow.objects.filter(registration=row, kind="reverification", cleared_at=None).exists()


def test_the_new_card_ends_the_debt_and_gives_its_facts() -> None:
    row = typed()
    assert state_of(row).holds_on("admission_ticket")
    read(row)
    assert not debt(row)
    assert not state_of(row).holds_on("admission_ticket")
    assert (row.reading, row.reader, row.read_by) == ("card", "R01", "周敏")
    assert (document_of(row).valid_from, document_of(row).valid_to) == (date(2022, 10, 8), date(2032, 10, 8))
    event = Event.objects.get(verb="reread_card", subject=row.pk)
    assert event.details == {"changed": ["valid_from", "valid_to"]}


def test_another_validity_undoes_no_signature_and_no_completion_in_any_phase() -> None:
    row = owing(confirmed.signed())
    steps, log = row.done_steps, StepLog.objects.count()
    make.season("tickets")
    read(row)
    assert not debt(row)
    assert row.done_steps == steps
    assert StepLog.objects.count() == log
    assert Signature.objects.get(registration=row).voided_at is None


def test_a_sheet_not_yet_signed_is_printed_anew() -> None:
    row = owing(confirmed.printed())
    read(row)
    assert row.printed_version == 0
    assert Print.objects.get(subject=row.pk, kind="registration_form").void_reason == "重新读卡，证件信息有变动"


def test_a_card_that_says_the_same_undoes_nothing_at_all() -> None:
    row = owing(confirmed.printed())
    was = document_of(row)
    address = was.address.replace("118", "１ １ ８")
    read(row, valid_from=was.valid_from, valid_to=was.valid_to, address=address)
    assert not debt(row)
    assert row.printed_version == row.version
    assert Print.objects.get(subject=row.pk, kind="registration_form").voided_at is None


@pytest.mark.parametrize("changes", [{"address": "湘岭市青麓县麻石街道2号"}, {"ethnicity": "15"}])
def test_another_household_or_ethnicity_is_reviewed_anew(changes: dict[str, object]) -> None:
    row = typed(("identity", "eligibility", "photo", "number"))
    read(row, **changes)
    assert row.done_steps == {"identity", "photo", "number"}
    assert not debt(row)
    assert row.ethnicity == document_of(row).ethnicity


def test_what_could_not_be_reviewed_any_more_is_the_countys_to_decide() -> None:
    row = owing(confirmed.signed())
    before = document_of(row)
    with pytest.raises(Refused, match="县（市、区）招考机构决定"):
        read(row, address="湘岭市青麓县麻石街道2号")
    row.refresh_from_db()
    assert debt(row)
    assert document_of(row) == before
    assert row.reading == "typed"
    now = season_now(row.season_id)
    extend_for_person(
        row.season_id, "intake", subject=row.pk, path=row.path, opens=now, closes=now + timedelta(days=2),
        reason="户籍变动", by=confirmed.county(row),
    )  # fmt: skip
    read(row, address="湘岭市青麓县麻石街道2号")
    assert not {"eligibility", "signature"} & row.done_steps
    assert Signature.objects.get(registration=row).voided_at is not None
    assert row.printed_version == 0
    assert not debt(row)


def test_a_completed_person_is_reopened_by_the_county_first() -> None:
    row = owing(confirmed.signed())
    row.done = pack(row.done_steps - {"eligibility"} | {"completion"})
    row.save(update_fields=["done"])
    with pytest.raises(Refused, match="重新打开"):
        read(row, address="湘岭市青麓县麻石街道2号")
    read(row)
    assert not debt(row)
    assert "completion" in row.done_steps


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "欧阳思近"}, "姓名和报名时登记的不同"),
        ({"number": make.number(1), "sex": "1"}, "证件号码和这份报名的不同"),
        ({"valid_from": date(2012, 10, 8), "valid_to": date(2022, 10, 8)}, "换领新证"),
    ],
)
def test_a_card_that_does_not_fit_changes_nothing_and_says_what_to_do(
    changes: dict[str, object], sentence: str
) -> None:
    row = typed()
    with pytest.raises(Refused, match=sentence):
        read(row, **{"birth": date(2005, 3, 17), **changes})
    row.refresh_from_db()
    assert debt(row)
    assert row.reading == "typed"


def test_only_the_site_reads_cards() -> None:
    row = typed()
    with pytest.raises(NotOpen, match="报名点"):
        read(row, by=make.staff(make.county()).actor)


def test_the_same_reading_sent_twice_is_one_rereading() -> None:
    row = typed()
    read(row)
    read(row)
    assert Event.objects.filter(verb="reread_card").count() == 1


def test_a_reading_that_opened_another_file_clears_no_debt() -> None:
    row = typed()
    open_file(make.document(), season=make.season(), site=row.site, by=operator(row), reader="R01", nonce="n1")
    with pytest.raises(Refused, match="已经用过"):
        read(row, nonce="n1")
    assert debt(row)


def test_nothing_of_the_card_stands_in_the_audit() -> None:
    row = typed()
    card: IdentityDocument = document_of(row)
    read(row, address="湘岭市青麓县麻石街道2号")
    told = str(list(Event.objects.values_list("details", flat=True)))
    assert card.number not in told
    assert "麻石街道" not in told
