"""R6, R20: a name or number that the police have changed: sex and birth follow, what it was judged by falls."""

from datetime import date

import pytest

from baoming.accounts.models import Account, candidate_handle
from baoming.registrations.models import NameImage, Registration
from baoming.registrations.queries import document_of, find_by_number
from baoming.reviews.case_queries import acts_of, asked_in, content_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import case_effects, identity_changes
from baoming.reviews.services.case_effects import EFFECTS
from baoming.shared.errors import Held, Invalid, Refused
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews.asking import after_sign_up, asked, do, through
from tests.reviews.files import office

pytestmark = pytest.mark.django_db


def new_number() -> str:
    return make.number(778, birth="20040229")


def test_a_new_number_carries_sex_and_birth_and_the_account_goes_by_it() -> None:
    row = confirmed.completed()
    number = new_number()
    case = asked(row, "identity_change", {"number": [number], "why": ["公安更正"]}, by=office(row, "site"))
    old = document_of(row)
    through(case, row, "county", "city")
    row.refresh_from_db()
    new = document_of(row)
    assert (new.number, new.birth, new.name) == (number, date(2004, 2, 29), old.name)
    assert row.sex == new.sex
    assert find_by_number(row.season_id, number) == row
    assert find_by_number(row.season_id, old.number) is None
    account = Account.objects.get(pk=row.account_id)
    assert account.handle == candidate_handle(row.season_id, bytes(row.number_blind))
    assert not {"eligibility", "signature", "completion"} & row.done_steps
    assert row.debts == 1


def test_a_new_name_is_kept_as_written_and_found_by_its_sound() -> None:
    row = after_sign_up()
    through(asked(row, "identity_change", by=office(row, "site")), row, "county", "city")
    row.refresh_from_db()
    assert (row.name, row.name_key) == ("欧阳思源", "ou yang si yuan")


def test_old_and_new_stand_beside_each_other_with_masked_numbers() -> None:
    row = after_sign_up()
    raw = {"number": [new_number()], "why": ["公安更正"]}
    case = asked(row, "identity_change", raw, by=office(row, "site"))
    rows = EFFECTS["identity"].shown(row, content_of(asked_in(acts_of(case)))["extra"])
    assert [what for what, _, _ in rows] >= ["公民身份号码", "出生日期"]
    assert all(new_number() not in cell for line in rows for cell in line)


@pytest.mark.parametrize(
    ("raw", "field", "said"),
    [
        ({}, "name", "请填写新的姓名或新的号码"),
        ({"number": ["99000120050317000"]}, "number", "18位"),
        ({"name": ["欧阳思远"]}, "name", "没有要变更的"),
        ({"name": ["思\u200b远"]}, "name", "看不见的字符"),
    ],
)
def test_what_cannot_be_is_refused_before_it_goes_on(raw: dict[str, list[str]], field: str, said: str) -> None:
    row = after_sign_up()
    with pytest.raises(Invalid) as refusal:
        asked(row, "identity_change", {**raw, "why": ["更名"]}, by=office(row, "site"))
    assert said in refusal.value.fields[field]


def test_somebody_elses_number_is_refused_when_asked_and_when_granted() -> None:
    row = after_sign_up()
    number = new_number()
    case = asked(row, "identity_change", {"number": [number], "why": ["公安更正"]}, by=office(row, "site"))
    make.season("intake")
    other = make.registration(make.site("05"), number=number)
    make.season("confirmation")
    do(case, Act.FORWARD, office(row, "county"))
    with pytest.raises(Refused, match="刚刚有人报名"):
        do(case, Act.GRANT, office(row, "city"))
    assert Registration.objects.get(pk=other.pk).number_blind != Registration.objects.get(pk=row.pk).number_blind
    do(case, Act.UNDO, office(row, "county"), note="号码有误")
    do(case, Act.WITHDRAW, office(row, "site"), note="号码有误")
    with pytest.raises(Invalid, match="已有人报名"):
        asked(row, "identity_change", {"number": [number], "why": ["公安更正"]}, by=office(row, "site"))


def test_a_number_that_nobody_could_see_yet_is_refused_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another county's file of it is written at the same moment: the index alone knows."""
    row, number = after_sign_up(), new_number()
    case = asked(row, "identity_change", {"number": [number], "why": ["公安更正"]}, by=office(row, "site"))
    make.season("intake")
    make.registration(make.site("05"), number=number)
    make.season("confirmation")
    monkeypatch.setattr(identity_changes, "_is_another", lambda *_: False)
    do(case, Act.FORWARD, office(row, "county"))
    with pytest.raises(Refused, match="刚刚有人报名"):
        do(case, Act.GRANT, office(row, "city"))
    assert document_of(Registration.objects.get(pk=row.pk)).number != number


def pictured() -> Registration:
    """A person whose name is printed as a picture, with another picture at work."""
    row = after_sign_up()
    for number, confirmed_at in enumerate((row.created_at, None)):
        NameImage.objects.create(
            registration=row, picture_sealed=str(number), made_at=row.created_at, made_by="周敏",
            confirmed_at=confirmed_at, current=confirmed_at is not None, strip_sealed="" if confirmed_at else "x",
        )  # fmt: skip
    return row


def test_a_picture_of_the_old_name_is_not_printed_for_the_new_one() -> None:
    row = pictured()
    through(asked(row, "identity_change", by=office(row, "site")), row, "county", "city")
    assert list(NameImage.objects.values_list("current", "confirmed_at")) == [(False, row.created_at)]


def test_a_new_number_alone_leaves_the_picture_of_the_name() -> None:
    row = pictured()
    raw = {"number": [new_number()], "why": ["公安更正"]}
    through(asked(row, "identity_change", raw, by=office(row, "site")), row, "county", "city")
    assert NameImage.objects.filter(current=True).count() == 1


@pytest.mark.parametrize(("kind", "last"), [("identity_change", "city"), ("correction", "city")])
def test_nothing_is_written_over_a_form_that_its_owner_had_frozen(
    kind: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = after_sign_up()
    by = office(row, "site") if kind == "identity_change" else None
    case = asked(row, kind, by=by)
    before = [office(row, one) for one in (("county",) if by else ("site", "county"))]
    for one in before:
        do(case, Act.FORWARD, one)
    Registration.objects.update(disputed_at=row.created_at)
    with pytest.raises(Held, match="冻结"):
        do(case, Act.GRANT, office(row, last))
    with pytest.raises((Held, Refused)):
        asked(row, kind, by=by)
    monkeypatch.setattr(case_effects, "refuse_if_disputed", lambda _: None)  # control
    do(case, Act.GRANT, office(row, last))
    assert Case.objects.get().state == "granted"
