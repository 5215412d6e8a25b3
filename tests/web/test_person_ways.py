"""R10: the candidate chooses the way; each says how it stands. No child's face without the guardian."""

import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, override_settings

from baoming.accounts.models import Account
from baoming.audit.actors import Actor, Party
from baoming.registrations import tasks
from baoming.registrations.models import PersonCheck, Registration
from baoming.registrations.providers.base import Failure, PersonCheckUnfit
from baoming.registrations.queries import document_context
from baoming.registrations.services import person_checks
from baoming.registrations.services.steps import locked
from baoming.reviews.cases import Act
from baoming.reviews.services import identity_changes
from baoming.reviews.services.identity_changes import change_identity
from baoming.seasons.queries import season_now
from baoming.shared.errors import Refused, TooMany
from baoming.vault.services import keys
from baoming.web.candidate import person_check as views
from tests import factories as make
from tests.registrations.test_access import candidate
from tests.reviews.asking import asked, do
from tests.reviews.files import office
from tests.web.test_person_check import Provider, older, opened, provider

__all__ = ["provider"]
pytestmark = pytest.mark.django_db


def page(phone: Client) -> str:
    return phone.get("/person-check/").content.decode()


def sitting(phone: Client) -> Registration:
    row, _ = candidate("person_check")
    assert row.account is not None
    phone.force_login(row.account)
    return row


def child(phone: Client) -> Registration:
    make.season()
    row = make.registration(make.site(), done=make.before("person_check"), number=make.number(birth="20100501"))
    row.account = Account.objects.create(kind="candidate", handle=f"c:{row.pk}", password="!")
    row.number = 1020001
    row.save()
    phone.force_login(row.account)
    return row


def me(row: Registration) -> Actor:
    return Actor(kind=Party.CANDIDATE, id=str(row.pk), path=row.path, label="考生本人")


def test_three_ways_stand_side_by_side_and_only_the_face_asks_consent(phone: Client, provider: Provider) -> None:
    sitting(phone)
    shown = page(phone)
    for words in ("人脸识别", "国家网络身份认证（网号、网证）", "到报名点出示身份证", "效力相同", "人脸识别是自愿的"):
        assert words in shown
    assert shown.count('name="consent"') == 1
    refused = phone.post("/person-check/", {"way": "face"})
    assert refused.status_code == 422
    assert "可以换其他方式" in refused.content.decode()
    assert not PersonCheck.objects.exists()


def test_by_network_identity_no_consent_to_a_face_is_asked_or_kept(phone: Client, provider: Provider) -> None:
    row = sitting(phone)
    provider.token = "n" * 64
    assert phone.post("/person-check/", {"way": "network"}).status_code == 302
    check = PersonCheck.objects.get()
    assert (check.method, check.consent_version) == ("network", "")
    person_checks.open_check(check.pk)
    shown = page(phone)
    assert "/check/s1" in shown
    assert "去做人脸识别" in shown  # the other ways stay on the page
    provider.outcome = "passed"
    tasks.settle_person_check(check_id=str(check.pk))
    row.refresh_from_db()
    assert "person_check" in row.done_steps
    check.refresh_from_db()
    assert check.number_blind is not None
    assert provider.token.encode() not in bytes(check.number_blind)


def test_a_network_number_passes_for_one_person(phone: Client, provider: Provider) -> None:
    first, _ = candidate("person_check")
    second = make.registration(first.site, done=make.before("person_check"), number=make.number(900))
    provider.token = "n" * 64
    for row in (first, second):
        check = person_checks.start_check(row.pk, way="network", by=me(row))
        person_checks.open_check(check.pk)
        provider.outcome = "passed"
        for _ in range(2):
            person_checks.settle_check(check.pk)
    first.refresh_from_db()
    second.refresh_from_db()
    assert "person_check" in first.done_steps
    assert "person_check" not in second.done_steps
    assert PersonCheck.objects.get(registration=second).failure == "another"


@pytest.mark.parametrize("failure", [Failure.LIVENESS, Failure.NO_RECORD, Failure.NAME_NUMBER])
def test_each_failure_is_told_at_its_way(phone: Client, provider: Provider, failure: Failure) -> None:
    _, check = opened(phone)
    provider.outcome, provider.failure = "failed", failure
    tasks.settle_person_check(check_id=str(check.pk))
    from_face = page(phone).split('id="way-network"')[0]
    assert person_checks_sentence(failure) in from_face


def person_checks_sentence(failure: Failure) -> str:
    return {
        Failure.LIVENESS: "请摘下口罩和帽子",
        Failure.NO_RECORD: "请换其他方式",
        Failure.NAME_NUMBER: "请带身份证到报名点核对",
    }[failure]


def test_whom_the_service_cannot_check_is_told_at_once(
    phone: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting(phone)

    def start(**_: str) -> None:
        raise PersonCheckUnfit(Failure.NO_RECORD)

    monkeypatch.setattr(provider, "start", start)
    phone.post("/person-check/", {"way": "face", "consent": "1"})
    tasks.open_person_check(check_id=str(PersonCheck.objects.get().pk))
    assert "再做一次也不会通过。请换其他方式" in page(phone)


def test_who_was_corrected_while_the_check_ran_has_not_passed(phone: Client, provider: Provider) -> None:
    row, check = opened(phone)
    provider.outcome = "passed"
    result = provider.result

    def corrected(session: str, **who: str) -> object:
        kept = keys().unseal(row.document_sealed, context=document_context(row.pk)).decode()
        sealed = keys().seal(
            kept.replace(who["number"], "99000120050318003X").encode(), context=document_context(row.pk)
        )
        Registration.objects.filter(pk=row.pk).update(document_sealed=sealed)
        return result(session)

    provider.result = corrected  # type: ignore[method-assign,assignment]
    person_checks.settle_check(check.pk)
    row.refresh_from_db()
    assert "person_check" not in row.done_steps


def renamed(row: Registration, *, name: str = "", number: str = "") -> None:
    """As the police have changed it, by the service that grants the case."""
    with transaction.atomic():
        extra = {"name": name, "number": number}
        change_identity(locked(row.pk), extra, by=office(row, "city"), at=season_now(row.season_id))


NEW = [{"name": "欧阳思源"}, {"number": make.number(778, birth="20040229")}]


def by_network(provider: Provider, new: Mapping[str, str], *, opened_before: bool = True) -> Registration:
    """A check by network identity is opened, the person corrected, and it passes: by its session, whoever it was."""
    row, _ = candidate("person_check")
    provider.token, provider.outcome = "n" * 64, "passed"
    check = person_checks.start_check(row.pk, way="network", by=me(row))
    if opened_before:
        person_checks.open_check(check.pk)
    renamed(row, **new)
    person_checks.open_check(check.pk)
    person_checks.settle_check(check.pk)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize("new", NEW)
@pytest.mark.parametrize("opened_before", [True, False])
def test_a_check_opened_for_the_person_before_passes_nobody(
    phone: Client, provider: Provider, new: Mapping[str, str], opened_before: bool
) -> None:
    row = by_network(provider, new, opened_before=opened_before)
    assert "person_check" not in row.done_steps
    kept = PersonCheck.objects.get()
    assert (kept.state, kept.failure) == ("refused", "corrected")
    assert row.account is not None
    phone.force_login(row.account)
    assert "这次认证不算" in page(phone)
    again = person_checks.start_check(row.pk, way="network", by=me(row))
    person_checks.open_check(again.pk)
    person_checks.settle_check(again.pk)
    row.refresh_from_db()
    assert "person_check" in row.done_steps


def test_control_with_checks_left_open_the_person_before_passes_for_the_one_of_now(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_changes, "end_open_checks", lambda _: None)
    assert "person_check" in by_network(provider, NEW[1]).done_steps


def test_who_was_renamed_while_the_answer_was_under_way_has_not_passed(phone: Client, provider: Provider) -> None:
    row, check = opened(phone)
    provider.outcome, result = "passed", provider.result

    def corrected(session: str, **who: str) -> object:
        kept = keys().unseal(row.document_sealed, context=document_context(row.pk)).decode()
        sealed = keys().seal(kept.replace(who["name"], "欧阳思源").encode(), context=document_context(row.pk))
        Registration.objects.filter(pk=row.pk).update(document_sealed=sealed, name="欧阳思源")
        return result(session)

    provider.result = corrected  # type: ignore[method-assign,assignment]
    person_checks.settle_check(check.pk)
    row.refresh_from_db()
    assert "person_check" not in row.done_steps


def test_a_second_way_leaves_the_first_one_good(phone: Client, provider: Provider) -> None:
    opened(phone)
    phone.post("/person-check/", {"way": "network"})
    second = PersonCheck.objects.get(method="network")
    shown = page(phone)
    assert "页面已经过时" not in shown
    assert "这种方式的认证还开着" in shown
    assert "/check/s1" in shown  # of the face, to go on with
    person_checks.open_check(second.pk)
    assert {"/check/s1", "/check/s2"} <= set(re.findall(r"/check/s\d", page(phone)))
    older(timedelta(minutes=15))
    shown = page(phone)
    assert shown.count("页面已经过时") == 2
    assert "/check/s" not in shown


def test_what_stands_against_network_identity_stands_there(
    phone: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting(phone)

    def start(*_: object, **__: object) -> None:
        raise TooMany("试的次数太多了")

    monkeypatch.setattr(views, "start_check", start)
    face, network = page_of(phone.post("/person-check/", {"way": "network"}))
    assert "试的次数太多了" in network
    assert 'id="f-network"' in network
    assert "试的次数太多了" not in face
    face, network = page_of(phone.post("/person-check/", {"way": "face", "consent": "1"}))
    assert "试的次数太多了" in face
    assert "试的次数太多了" not in network


def page_of(answer: HttpResponse) -> tuple[str, str]:
    """What stands at the face and at network identity, the summary above left out."""
    face, _, network = answer.content.decode().partition('id="way-face"')[2].partition('id="way-network"')
    return face, network


def test_a_way_without_a_service_is_not_offered_and_not_taken(phone: Client, provider: Provider) -> None:
    row = sitting(phone)
    with override_settings(SERVICES={"person_check": "http://127.0.0.1:9", "network_id": ""}):
        assert "去用网号、网证认证" not in page(phone)
        with pytest.raises(Refused, match="选择页面上列出的方式"):
            person_checks.start_check(row.pk, way="network", by=me(row))
        assert phone.post("/person-check/", {"way": "network"}).status_code == 409
    for way in ("card", "iris", ""):
        assert phone.post("/person-check/", {"way": way}).status_code == 409
    assert not PersonCheck.objects.exists()


def test_a_childs_face_waits_for_the_guardian_while_other_ways_are_open(phone: Client, provider: Provider) -> None:
    child(phone)
    shown = page(phone)
    assert "先由监护人同意" in shown
    assert 'name="consent"' not in shown
    assert "去用网号、网证认证" in shown
    assert phone.post("/person-check/", {"way": "face", "consent": "1"}).status_code == 409
    assert not PersonCheck.objects.exists()
    phone.post("/person-check/", {"way": "network"})
    assert PersonCheck.objects.get().method == "network"


def test_once_the_guardian_has_consented_the_face_is_offered_until_that_is_taken_back(
    phone: Client, provider: Provider
) -> None:
    row = child(phone)
    first, second = (make.staff(row.site).actor for _ in range(2))
    raw = {"guardian": ["欧阳明"], "relation": ["father"]}
    case = do(asked(row, "guardian_consent", raw, first), Act.GRANT, second)
    assert 'name="consent"' in page(phone)
    do(case, Act.UNDO, second, note="签的是别人")
    assert 'name="consent"' not in page(phone)
    assert phone.post("/person-check/", {"way": "face", "consent": "1"}).status_code == 409


def test_control_without_the_rule_a_childs_face_is_checked(
    phone: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(phone)
    monkeypatch.setattr(person_checks, "obstacle", lambda *_, **__: "")
    phone.post("/person-check/", {"way": "face", "consent": "1"})
    assert PersonCheck.objects.get().method == "face"
