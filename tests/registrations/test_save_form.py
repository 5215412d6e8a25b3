"""R13–R15: a draft keeps everything; a save is proved by the save password, in time, once, and stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, connection, transaction

from baoming.accounts.codes import receipt_code
from baoming.accounts.models import Account, Bucket, candidate_handle
from baoming.accounts.services.sign_in import remember_device
from baoming.audit.actors import Actor, Party
from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.forms.definition import as_raw
from baoming.organizations.models import Organization
from baoming.registrations import journey
from baoming.registrations.form_queries import (
    bound_phone,
    differences,
    draft_of,
    form_of,
    phone_context,
    revision_of,
    typed_of,
    values_of,
    versions_of,
)
from baoming.registrations.models import Draft, FormGroup, FormVersion, Registration
from baoming.registrations.queries import state_of
from baoming.registrations.services import forms, steps
from baoming.registrations.services.forms import WrongSavePassword, keep_draft, save_form
from baoming.schedule.models import Phase
from baoming.seasons.models import Season
from baoming.seasons.queries import Clock
from baoming.shared.errors import Changed, Invalid, NotOpen, Refused, TooMany
from baoming.vault.services import keys
from tests import factories as make
from tests.forms.samples import BOUND_PHONE, FILLED

pytestmark = pytest.mark.django_db
PASSWORD = "baocun-2023"


def candidate(done: Sequence[str] = ()) -> Registration:
    """A person at the form, with an account and a bound phone."""
    make.season("sign_up")
    return at_the_form(make.site(), done)


def at_the_form(site: Organization, done: Sequence[str] = ()) -> Registration:
    """As `candidate`, one more of them at a site."""
    row = make.registration(site, done=[*make.before("form"), *done])
    row.account = Account.objects.create(
        kind="candidate",
        handle=candidate_handle(row.season_id, bytes(row.number_blind)),
        save_password=make_password(PASSWORD),
    )
    row.phone_sealed = keys().seal(BOUND_PHONE.encode(), context=phone_context(row.pk))
    row.save()
    return row


def me(row: Registration) -> Actor:
    return Actor(kind=Party.CANDIDATE, id=str(row.pk), path=row.path, label="考生本人")


def now(row: Registration) -> str:
    row.refresh_from_db()
    return revision_of(row, draft_of(row))


def type_in(row: Registration, raw: Mapping[str, Sequence[str]] = FILLED) -> None:
    """Fill in all pages; only the first is typed by itself, the others are laid beside it at once: it is done often."""
    form, revision = form_of(row.season), now(row)
    first, *others = form.pages
    draft, _ = keep_draft(row.pk, page=first.key, raw=raw, revision=revision, by=me(row))
    typed, phone = typed_of(row, draft), bound_phone(row)
    for page in others:
        typed = forms._merged(typed, page, raw, fresh=True)
    known, _ = form.clean(typed.raw, bound_phone=phone)
    passed = {page.key: not page.clean(typed.raw, known=known, bound_phone=phone)[1] for page in others}
    kept = {*draft.pages, *(key for key, good in passed.items() if good)}
    draft.pages = sorted(kept - {key for key, good in passed.items() if not good})
    draft.revision += len(others) - 1
    forms._write(row, draft, typed, page=others[-1].key, passed=passed[others[-1].key], at=draft.at)


def page_by_page(row: Registration, raw: Mapping[str, Sequence[str]] = FILLED) -> None:
    for page in form_of(row.season).pages:
        keep_draft(row.pk, page=page.key, raw=raw, revision=now(row), by=me(row))


def save(row: Registration, *, password: str = PASSWORD, revision: str = "") -> FormVersion:
    at = revision or now(row)
    version = save_form(row.pk, save_password=password, device="", revision=at, by=me(row))
    row.refresh_from_db()
    return version


def deadline() -> datetime:
    closes = Phase.objects.get(key="sign_up").closes
    assert closes is not None
    return closes


@pytest.mark.parametrize("other", [{}, {"postcode": ["41001"]}, {"second_phone": [BOUND_PHONE]}])
def test_a_form_that_is_typed_at_once_is_as_one_typed_page_by_page(other: dict[str, list[str]]) -> None:
    drafts = []
    for place, fill in enumerate((type_in, page_by_page)):
        make.season("sign_up")
        row = at_the_form(make.site(code=f"{place + 1:02d}"))
        for raw in ({**FILLED, **other}, {**FILLED, "postcode": ["410017"]}):
            fill(row, raw)
            draft = draft_of(row)
            assert draft
            drafts.append((draft.pages, draft.revision, draft.base_version, typed_of(row, draft)))
    assert drafts[:2] == drafts[2:]


def test_a_draft_keeps_what_has_problems_and_lies_sealed() -> None:
    row = candidate()
    raw = {**FILLED, "postcode": ["41001"]}
    draft, problems = keep_draft(row.pk, page="contact", raw=raw, revision="0.0", by=me(row))
    assert problems == {"postcode": "邮政编码是6位数字，您填了5位"}
    assert typed_of(row, draft).raw["postcode"] == ["41001"]
    assert draft.pages == []
    assert "41001" not in draft.sealed


def test_the_second_phone_is_not_the_bound_one() -> None:
    row = candidate()
    raw = {**FILLED, "second_phone": [BOUND_PHONE]}
    assert "second_phone" in keep_draft(row.pk, page="contact", raw=raw, revision="0.0", by=me(row))[1]


def test_no_draft_before_the_pledge() -> None:
    row = candidate()
    row.done &= ~journey.BITS["pledge"]
    row.save()
    with pytest.raises(NotOpen, match="请先完成诚信考试承诺书"):
        keep_draft(row.pk, page="exam", raw=FILLED, revision="0.0", by=me(row))


def test_after_completion_a_draft_is_kept_for_a_correction_and_a_save_is_told_the_way_on() -> None:
    row = candidate(done=["completion"])
    type_in(row)
    with pytest.raises(NotOpen, match="由县招考机构重新打开"):
        save(row)
    assert Draft.objects.count() == 1


def test_a_save_makes_a_version_that_opens_again() -> None:
    row = candidate()
    type_in(row)
    version = save(row)
    assert (version.number, row.version, row.done_steps >= {"form"}) == (1, 1, True)
    assert as_raw(values_of(version)) == {**FILLED, "second_subjects": ["CHEMISTRY", "BIOLOGY"]}
    assert version.receipt == receipt_code(version.content_hash)
    assert draft_of(row) is None
    assert "takes an exam" in row.traits


def test_family_and_contact_are_not_readable_in_the_tables_or_the_audit() -> None:
    row = candidate()
    type_in(row)
    save(row)
    stored = str(list(FormGroup.objects.values_list("plain", "sealed"))) + str(
        list(Event.objects.values_list("details"))
    )
    assert "PHYSICS" in stored
    assert "19900001234" not in stored
    assert "远大二路" not in stored


def test_unchanged_groups_are_references() -> None:
    row = candidate()
    type_in(row)
    first = save(row)
    type_in(row, {**FILLED, "postcode": ["410017"]})
    second = save(row)
    ids = [set(version.groups.values_list("key", "pk")) for version in (first, second)]
    assert {key for key, _ in ids[0] - ids[1]} == {"contact"}
    assert second.changed == ["postcode"]
    assert [(one.old, one.new) for one in differences(form_of(row.season), first, second)] == [("410016", "410017")]
    assert [version.number for version in versions_of(row)] == [2, 1]


def test_equal_content_of_two_people_has_two_digests() -> None:
    for row in (candidate(), candidate()):
        type_in(row)
        save(row)
    assert len(set(FormGroup.objects.filter(key="family").values_list("content_hash", flat=True))) == 2


@pytest.mark.parametrize("table", [FormVersion, FormGroup])
def test_versions_and_their_content_cannot_be_changed_by_the_application(table: type[FormVersion]) -> None:
    row = candidate()
    type_in(row)
    save(row)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        table.objects.update(content_hash="0")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        table.objects.all()._raw_delete("default")


def test_a_wrong_save_password_saves_nothing_and_keeps_the_draft() -> None:
    row = candidate()
    type_in(row)
    with pytest.raises(WrongSavePassword, match="已留在草稿里"):
        save(row, password="denglu-2023")
    assert FormVersion.objects.count() == 0
    assert typed_of(row, draft_of(row)).raw["postcode"] == ["410016"]


def test_control_without_the_check_the_wrong_password_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    row = candidate()
    type_in(row)
    monkeypatch.setattr(forms, "proves", lambda account, password: True)
    assert save(row, password="denglu-2023").number == 1


def test_an_account_without_a_save_password_saves_nothing() -> None:
    row = candidate()
    Account.objects.update(save_password="")
    type_in(row)
    with pytest.raises(WrongSavePassword):
        save(row, password="")


def test_tries_are_counted_although_the_save_is_refused() -> None:
    row = candidate()
    type_in(row)
    for _ in range(10):
        with pytest.raises(WrongSavePassword):
            save(row, password="denglu-2023")
    with pytest.raises(TooMany, match="分钟后再试"):
        save(row)
    assert Bucket.objects.filter(key__startswith="save:").count() == 1


def test_whoever_uses_up_the_tries_elsewhere_does_not_lock_the_owner_out() -> None:
    row = candidate()
    type_in(row)
    assert row.account is not None
    device = remember_device(row.account, "")
    for _ in range(10):
        with pytest.raises(WrongSavePassword):
            save(row, password="denglu-2023")
    saved = save_form(row.pk, save_password=PASSWORD, device=device, revision=now(row), by=me(row))
    assert saved.number == 1


def test_one_second_after_the_deadline_nothing_is_saved_and_the_draft_is_kept() -> None:
    row = candidate()
    type_in(row)
    make.at(deadline() + timedelta(seconds=1))
    with pytest.raises(NotOpen, match="结束"):
        save(row)
    assert FormVersion.objects.count() == 0
    assert draft_of(row) is not None
    keep_draft(row.pk, page="contact", raw=FILLED, revision=now(row), by=me(row))


def _waits_across_the_deadline(row: Registration) -> None:
    """Save in a transaction that began before the deadline and asks after it."""
    revision = now(row)
    make.at(deadline() - timedelta(seconds=1))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        cursor.execute("SELECT pg_sleep(1.2)")
        save(row, revision=revision)


@pytest.mark.django_db(transaction=True)
def test_the_deadline_is_decided_after_the_lock() -> None:
    row = candidate()
    type_in(row)
    with pytest.raises(NotOpen, match="结束"):
        _waits_across_the_deadline(row)


@pytest.mark.django_db(transaction=True)
def test_control_the_frozen_clock_of_a_transaction_would_let_it_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def frozen(season_id: int, _: object) -> tuple[Season, Clock, bool]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now() + clock_offset, data_version FROM seasons_season WHERE id = %s", [season_id])
            return Season.objects.get(pk=season_id), Clock(*cursor.fetchone()), True

    row = candidate()
    type_in(row)
    monkeypatch.setattr(steps, "season_for", frozen)
    _waits_across_the_deadline(row)
    assert FormVersion.objects.count() == 1


def test_of_two_tabs_the_older_is_told_and_loses_nothing() -> None:
    row = candidate()
    type_in(row)
    stale = now(row)
    keep_draft(row.pk, page="contact", raw={**FILLED, "postcode": ["410017"]}, revision=stale, by=me(row))
    with pytest.raises(Changed, match="已留在草稿"):
        keep_draft(row.pk, page="contact", raw={**FILLED, "postcode": ["410018"]}, revision=stale, by=me(row))
    typed = typed_of(row, draft_of(row))
    assert (typed.raw["postcode"], typed.other) == (["410018"], {"postcode": ["410017"]})
    with pytest.raises(Changed):
        save(row, revision=stale)
    assert FormVersion.objects.count() == 0


def test_a_tab_from_before_a_save_is_told() -> None:
    row = candidate()
    type_in(row)
    save(row)
    with pytest.raises(Changed):
        keep_draft(row.pk, page="exam", raw=FILLED, revision="0.0", by=me(row))


def test_a_draft_from_an_older_version_is_not_saved() -> None:
    row = candidate()
    type_in(row)
    save(row)
    type_in(row, {**FILLED, "postcode": ["410017"]})
    Draft.objects.update(base_version=0)
    with pytest.raises(Changed):
        save(row)


def test_a_button_tapped_twice_saves_once() -> None:
    row = candidate()
    type_in(row)
    revision = now(row)
    assert save(row, revision=revision) == save(row, revision=revision)
    assert FormVersion.objects.count() == 1


def test_an_incomplete_form_is_not_saved() -> None:
    row = candidate()
    keep_draft(row.pk, page="exam", raw=FILLED, revision="0.0", by=me(row))
    with pytest.raises(Invalid) as refusal:
        save(row)
    assert "members.0.relation" in refusal.value.fields


def test_saving_the_same_again_is_refused() -> None:
    row = candidate()
    type_in(row)
    save(row)
    with pytest.raises(Refused, match="没有改动"):
        save(row)


def test_a_save_after_signing_voids_the_signature_and_the_print() -> None:
    row = candidate()
    type_in(row)
    version = save(row)
    row.done = journey.pack(row.done_steps | {"signature"})
    row.signed_version = version.number
    row.save()
    printed = Print.objects.create(
        kind="registration_form", subject=row.pk, path=row.path, version=1, at=version.at, content_hash=""
    )
    type_in(row, {**FILLED, "postcode": ["410017"]})
    save(row)
    printed.refresh_from_db()
    assert "signature" not in row.done_steps
    assert row.signed_version == 0
    assert printed.void_reason == "已保存第2版"
    assert "signature" not in state_of(row).done


def test_the_type_decides_what_applies() -> None:
    row = candidate()
    type_in(row, {**FILLED, "registration_type": ["SPECIAL_SINGLE"], "admission_kind": ["RECOMMENDED"]})
    save(row)
    assert row.traits == ["takes an exam"]
    assert Season.objects.get(pk=row.season_id).kind == "demo"
