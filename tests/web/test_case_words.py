"""Pages of cases say what is agreed to, what is taken back, whose reasons there are, and what is late (R15, R34)."""

from datetime import timedelta

import pytest
from django.test import Client

from baoming.organizations.roles import Role
from baoming.registrations.models import Registration
from baoming.reviews import decisions
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import cases as services
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid
from baoming.web.office import cases as pages
from tests import factories as make
from tests.registrations import confirmed
from tests.reviews import files
from tests.reviews.asking import after_sign_up, asked, do
from tests.web.conftest import signed_in
from tests.web.test_confirmation import of_county, of_site

pytestmark = pytest.mark.django_db
EXPERTS = {"experts": ["李医生"], "assessed": ["市特教学校"], "assessment": ["需要"]}
ASSESSED = "专家组评估认为不需要这项便利"


def text(client: Client, place: str) -> str:
    answer = client.get(place)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_waits_stands_by_its_deadline_and_what_is_late_is_marked(office: Client) -> None:
    first = after_sign_up()
    make.season("intake")
    second = make.registration(first.site, done=[*first.done_steps], name="覃早到")
    make.season("confirmation")
    now = season_now(first.season_id)
    late, later = asked(second, "withdrawal", by=files.site(second)), asked(first, "withdrawal", by=files.site(first))
    Case.objects.filter(pk=late.pk).update(due_at=now + timedelta(days=3), since=now - timedelta(days=5))
    Case.objects.filter(pk=later.pk).update(due_at=now - timedelta(hours=1))
    page = text(of_site(office, first), "/cases/")
    assert page.index(f"/cases/{later.pk}") < page.index(f"/cases/{late.pk}"), "what is due first comes first"
    assert page.count("超期，") == 1


def test_who_asked_reads_that_an_office_is_late(phone: Client) -> None:
    row = after_sign_up()
    case = asked(row, "fee_exemption", by=files.site(row))
    row.refresh_from_db()
    assert row.account
    phone.force_login(row.account)
    assert "已超过办理期限" not in text(phone, "/requests/")
    Case.objects.filter(pk=case.pk).update(due_at=season_now(row.season_id) - timedelta(hours=1))
    assert "已超过办理期限" in text(phone, "/requests/")


@pytest.mark.parametrize("kind", ["withdrawal", "admitted", "deceased"])
def test_where_everything_has_stopped_the_county_is_led_to_the_undo(office: Client, kind: str) -> None:
    row = confirmed.saved()
    case = asked(row, kind, by=files.site(row))
    if kind == "withdrawal":
        do(case, Act.FORWARD, files.site(row))
    do(case, Act.GRANT, files.county(row))
    link = f'href="/candidates/{row.pk}/#decisions">去撤销中止'
    assert link in text(of_county(office, row), f"/cases/{case.pk}/")
    told = text(of_site(office, row), f"/cases/{case.pk}/")
    assert "由县（市、区）招考机构在考生页上撤销" in told
    assert link not in told


def test_a_mismatch_says_at_each_desk_what_its_buttons_mean(office: Client) -> None:
    row = after_sign_up()
    case = asked(row, "roll_mismatch", by=files.office(row, "city"))
    told = text(of_site(office, row), f"/cases/{case.pk}/")
    assert "已核实，上报认定</button>" in told
    assert "同意，上报" not in told
    do(case, Act.FORWARD, files.site(row), raw={"found": ["看了学籍卡"]})
    assert "核实：已核实，上报认定" in text(office, f"/cases/{case.pk}/")
    assert "撤销“已核实，上报认定”</button>" in text(office, f"/cases/{case.pk}/")
    told = text(of_county(office, row), f"/cases/{case.pk}/")
    assert "认定：具备报考资格</button>" in told
    assert "认定：不具备报考资格</button>" in told


def test_what_is_agreed_to_elsewhere_keeps_its_word_and_its_undo_names_it(office: Client) -> None:
    row = after_sign_up()
    case = asked(row, "accommodation", by=files.site(row))
    assert "同意，上报</button>" in text(of_site(office, row), f"/cases/{case.pk}/")
    do(case, Act.FORWARD, files.site(row))
    assert "撤销“同意，上报”</button>" in text(office, f"/cases/{case.pk}/")


def giving_back(office: Client) -> tuple[Registration, Case, str]:
    """A request that the candidate has made, before the site: the page, and what giving it back takes."""
    row = after_sign_up()
    case = asked(row, "accommodation")
    return row, case, text(of_site(office, row), f"/cases/{case.pk}/")


def test_a_finding_of_the_experts_is_no_reason_of_the_site(office: Client) -> None:
    row, case, page = giving_back(office)
    assert ASSESSED not in page
    assert "证明材料不齐或不清楚" in page
    with pytest.raises(Invalid):
        do(case, Act.RETURN, files.site(row), reason="assessed_no")
    do(case, Act.FORWARD, files.site(row))
    signed_in(office, make.staff(make.county("0102").parent, Role.CITY))
    assert ASSESSED in text(office, f"/cases/{case.pk}/")
    do(case, Act.RETURN, files.office(row, "city"), reason="assessed_no")


def test_control_where_every_reason_is_everybodys_the_site_gives_it(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (pages, services):
        monkeypatch.setattr(module, "offered", lambda found, _: found)
    row, case, page = giving_back(office)
    assert ASSESSED in page
    do(case, Act.RETURN, files.site(row), reason="assessed_no")
    assert decisions.offered({}, files.site(row).kind) == {}
