"""Drafts of the registration form, and saving it: the one act that counts (R14)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import QuerySet

from baoming.accounts.codes import receipt_code
from baoming.accounts.models import Account, PhoneCode, Request, actor_key
from baoming.accounts.services.buckets import give_back, refusals, take
from baoming.accounts.services.sign_in import is_news, is_own_device
from baoming.accounts.services.telling import device_tag
from baoming.accounts.throttling import SIGN_IN_OWN_DEVICE, SIGN_IN_UNKNOWN_DEVICE, Limit
from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.documents.services import void_prints
from baoming.forms.definition import Page, Problems, content_hash
from baoming.forms.fields import Values
from baoming.messages.services import send
from baoming.registrations import journey
from baoming.registrations.bursts import WEIGHTY, is_strange
from baoming.registrations.device_words import KINDS, kind_of
from baoming.registrations.form_queries import (
    Typed,
    bound_phone,
    draft_context,
    draft_of,
    form_of,
    form_of_version,
    group_context,
    newest_version,
    revision_of,
    traits_of,
    typed_of,
    values_of,
    version_of,
)
from baoming.registrations.models import Draft, FormGroup, FormVersion, Registration
from baoming.registrations.services import bursts
from baoming.registrations.services.access import issue_code, phone_of, tried_code, use_code
from baoming.registrations.services.household import address_changed
from baoming.registrations.services.steps import complete_step, locked, refuse_if_completed, require, state_now
from baoming.shared.errors import Changed, Invalid, Refused, TooMany
from baoming.shared.moments import short
from baoming.shared.queries import Kept, kept_one
from baoming.shared.services import insert, update
from baoming.vault.services import keys

CHANGED = "这份信息刚刚在另一处改过。您的内容已留在草稿，请核对后再保存"
SAVE_CODE = "save_code"  # the message with the code that a burst of changes asks for
_LONGEST = 2000  # characters kept of one input: far beyond any field, and no draft grows without end
_MOST = 20  # values kept of one input
_NAMED = 3  # fields named in the notice of a save: an SMS is short


class WrongSavePassword(Refused):
    """The save password does not fit. Nothing was saved; the draft stays."""


def keep_draft(
    registration_id: UUID, *, page: str, raw: Mapping[str, Sequence[str]], revision: str, by: Actor
) -> tuple[Draft, Problems]:
    """Keep what was typed on `page`, with its problems; a later save asks again.

    Drafts may be kept while the window is closed (over night, say) and after completion: only a save asks,
    and a correction is asked for by what the draft says. Raises Changed
    when `revision` is not the present one, after the typing is kept: what another tab had typed stays
    beside it. So that refusal is raised outside the block that writes.
    """
    with transaction.atomic():
        registration = locked(registration_id)
        state, clock = state_now(registration)
        if state.missing("form"):
            journey.require("form", by.kind, state)
        draft = draft_of(registration)
        fresh = revision == revision_of(registration, draft)
        asked = form_of(registration.season).page(page)
        typed = _merged(typed_of(registration, draft), asked, raw, fresh=fresh)
        problems = _problems(registration, asked, typed)
        draft = _write(registration, draft, typed, page=page, passed=not problems, at=clock.now)
    if not fresh:
        raise Changed(CHANGED)
    return draft, problems


def _merged(typed: Typed, page: Page, raw: Mapping[str, Sequence[str]], *, fresh: bool) -> Typed:
    """Return the draft's inputs with those of `page` replaced; what was not sent goes from that page only."""
    names = [name for field in page.fields for name in field.inputs if name in raw or name in typed.raw]
    new = {name: [one[:_LONGEST] for one in raw.get(name, ())][:_MOST] for name in names}
    other = {name: old for name, old in typed.other.items() if name not in names}
    if not fresh:
        replaced = {name: typed.raw[name] for name in names if typed.raw.get(name)}
        other |= {name: old for name, old in replaced.items() if old != new[name]}
    return Typed(raw={**typed.raw, **new}, other=other)


def _problems(registration: Registration, page: Page, typed: Typed) -> Problems:
    phone = bound_phone(registration)
    known, _ = form_of(registration.season).clean(typed.raw, bound_phone=phone)
    return page.clean(typed.raw, known=known, bound_phone=phone)[1]


def _write(
    registration: Registration, draft: Draft | None, typed: Typed, *, page: str, passed: bool, at: datetime
) -> Draft:
    write = insert if draft is None else _rewrite
    draft = draft or Draft(registration=registration, base_version=registration.version)
    content = json.dumps({"raw": typed.raw, "other": typed.other}).encode()
    draft.sealed = keys().seal(content, context=draft_context(registration.pk))
    draft.revision += 1
    draft.pages = sorted({*draft.pages, page} if passed else set(draft.pages) - {page})
    draft.at = at
    return write(draft)


def _rewrite(draft: Draft) -> Draft:
    update(draft, "revision", "sealed", "pages", "at")
    return draft


def save_form(
    registration_id: UUID, *, save_password: str, device: str, revision: str, by: Actor, address: str = "",
    code: str = "", agent: str = "", account: Account | None = None,
) -> FormVersion:  # fmt: skip
    """Save the draft as the next version, proved by the save password. Safe to repeat.

    `device` is the cookie of a browser that has signed in before, or empty; `agent` what it says of itself.
    `account`: the owner's, where the caller has read it. A try is counted before the inner block, so that it
    stays counted when the save is refused. Raises TooMany, WrongSavePassword, NotOpen (by the clock after the
    lock), Changed or Invalid; the draft stays.
    `code`: sent to the bound phone after StepUp, which is raised where one place changes several people.
    """
    account = account or Account.objects.get(registration=registration_id)
    refuse_empty(save_password)
    key, limit = save_budget(account, device)
    last = take(key, limit)
    sent = tried_code(registration_id, code, template=SAVE_CODE) if code else None
    places = bursts.keys_of(device=device, address=address)
    if not proves(account, save_password):  # before the lock: nobody waits for a hash
        tell_wrong_save(registration_id, key, last=last, device=device, by=by)
        raise WrongSavePassword("保存密码不正确，内容还没有保存，已留在草稿里")
    try:
        with transaction.atomic():
            registration = locked(registration_id)
            if not still_proves(account):
                raise WrongSavePassword("保存密码刚刚重设过，内容还没有保存，已留在草稿里，请用新的保存密码再试")
            if (done := _saved_before(registration, account, revision)) is not None:
                return done
            refuse_if_completed(registration)
            now = require("form", registration, by)
            saved = values_of(newest_version(registration))
            values = _complete_values(registration, revision, saved=saved)
            before = registration.version
            browser = device_tag(device), kind_of(agent)
            version = write_version(registration, values, at=now, by=by, before=saved, browser=browser)
            if places and before and WEIGHTY.intersection(version.changed):
                _watch(registration, version, account, places=places, sent=sent)
            _after(registration, version, account, revision=revision, by=by)
    except bursts.StepUp as refusal:
        _step_up(registration_id, account, refusal)
        raise
    give_back(key, limit)
    return version


def _watch(
    registration: Registration, version: FormVersion, account: Account, *, places: list[str], sent: PhoneCode | None
) -> None:
    """Note a change of weight from a browser that did not save the version before; raises StepUp."""
    old = version_of(registration, version.number - 1)
    before = old.device if old else ""
    if not is_strange(version.changed, version=version.number, device=version.device, before=before):
        return
    proved = sent is not None and phone_of(sent) == bound_phone(registration)
    bursts.watch(places, registration.pk, version=version.number, signed_in=account.last_login, proved=proved)
    if sent is not None:
        use_code(sent)


def _step_up(registration_id: UUID, account: Account, refusal: bursts.StepUp) -> None:
    """Outside the block that was undone: the alarm is sounded, and a code goes to the owner's phone."""
    bursts.sound(refusal.keys, registration_id, signed_in=account.last_login)
    with suppress(TooMany), refusals(), transaction.atomic():
        registration = locked(registration_id)
        issue_code(registration, bound_phone(registration), template=SAVE_CODE, address="")


@transaction.atomic
def call_save_code(registration_id: UUID, *, by: Actor, address: str) -> None:
    """Have the code of a save that was stopped read out by a call. Raises VoiceTooEarly, TooMany, NotOpen."""
    registration = locked(registration_id)
    require("form", registration, by)
    issue_code(registration, bound_phone(registration), template=SAVE_CODE, address=address, voice=True)


def proves(account: Account, save_password: str) -> bool:
    """Whether this is the account's save password."""
    return bool(account.save_password) and check_password(save_password, account.save_password)


def still_proves(account: Account) -> bool:
    """Whether the hash that was proved is still the account's. Call after `locked`: whoever resets holds that lock."""
    return _save_hash(account.pk) == account.save_password


@kept_one
def _save_hash(account_id: UUID) -> "QuerySet[Account, str]":
    return Account.objects.filter(pk=account_id).values_list("save_password", flat=True)


def save_budget(account: Account, device: str) -> tuple[str, Limit]:
    """Return key and limit of the tries: a device of one's own cannot be used up by others."""
    if is_own_device(account, device):
        digest = hashlib.sha256(device.encode()).hexdigest()
        return f"save-own:{account.pk}:{digest[:16]}", SIGN_IN_OWN_DEVICE
    return f"save:{account.pk}", SIGN_IN_UNKNOWN_DEVICE


def refuse_empty(save_password: str) -> None:
    """Refuse a save password that was not typed, before anything is counted: nobody has guessed."""
    if not save_password:
        raise WrongSavePassword("请输入保存密码")


def tell_wrong_save(registration_id: UUID, key: str, *, last: bool, device: str, by: Actor) -> None:
    """Tell the audit of the wrong save password that used up the tries of `key`, at most once an hour.

    A single wrong one is counted and leaves no event. Call outside the block that is undone.
    """
    if last and is_news(key):
        path = Registration.objects.values_list("path", flat=True).get(pk=registration_id)
        details = {"device": device_tag(device)}
        record("use_up_saves", by=by, subject=registration_id, path=path, details=details)


def _saved_before(registration: Registration, account: Account, revision: str) -> FormVersion | None:
    """Return what the same request saved before: a tapped-twice button is no second save."""
    done = Request.objects.filter(actor=actor_key(account.pk), key=_request_key(registration, revision)).first()
    if done is None:
        return None
    return FormVersion.objects.get(registration=registration, number=done.answer["version"])


def _request_key(registration: Registration, revision: str) -> str:
    return f"save:{registration.season_id}:{revision}"[:64]


def _complete_values(registration: Registration, revision: str, *, saved: Values) -> Values:
    """Return the values of the draft; raise Changed, Invalid, or Refused when they are those that are `saved`."""
    draft = draft_of(registration)
    if revision != revision_of(registration, draft) or (draft and draft.base_version != registration.version):
        raise Changed(CHANGED)
    values, problems = form_of(registration.season).clean(
        typed_of(registration, draft).raw, bound_phone=bound_phone(registration)
    )
    if problems:
        raise Invalid(problems)
    if "form" in registration.done_steps and values == saved:
        raise Refused(f"和已保存的第{registration.version}版相比没有改动，不用再保存")
    return values


def write_version(
    registration: Registration, values: Values, *, at: datetime, by: Actor, before: Values,
    browser: tuple[str, str] = ("", ""),
) -> FormVersion:  # fmt: skip
    """Write `values` as the next version; the draft and prints that show an older one fall. Call after `locked`.

    `before`: the values of the newest version so far. `browser`: digest of its cookie, and its kind.
    """
    version = _new_version(registration, values, before)
    version.at, version.by_label = at, by.label
    version.device, version.kind = browser
    insert(version)
    _refer(version, _groups(registration, values))
    _take_over(registration, version, values)
    complete_step(registration, "form", by=by, at=at)
    address_changed(registration, version.changed, by=by, at=at)
    Draft.objects.filter(registration=registration).delete()
    void_prints(registration.pk, "registration_form", reason=f"已保存第{version.number}版", at=version.at)
    return version


def _new_version(registration: Registration, values: Values, before: Values) -> FormVersion:
    form = form_of(registration.season)
    digest = content_hash(values)
    return FormVersion(
        registration=registration,
        number=registration.version + 1,
        content_hash=digest,
        receipt=receipt_code(digest),
        changed=[one.key for one in form.differences(before, values)],
        field_count=sum(len(section.rows) for section in form.display(values)),
        data_version=registration.season.data_version,
    )


def _groups(registration: Registration, values: Values) -> list[int]:
    """Return the row of each group; content that was saved before is referred to, not written again."""
    form, ring, found = form_of(registration.season), keys(), []
    kept = {(key, digest): pk for pk, key, digest in _kept_groups(registration.pk)}
    for key, content in form.groups(values).items():
        # The purpose names the person: equal content of two people has two digests.
        purpose = f"group:{registration.pk}:{key}"
        digest = ring.blind(content.decode(), purpose=purpose, season=registration.season_id).hex()
        found.append(kept.get((key, digest)) or _new_group(registration, key, digest, content))
    return found


@Kept
def _kept_groups(registration_id: UUID) -> "QuerySet[FormGroup, tuple[int, str, str]]":
    return FormGroup.objects.filter(registration=registration_id).values_list("pk", "key", "content_hash")


def _new_group(registration: Registration, key: str, digest: str, content: bytes) -> int:
    row = FormGroup(registration=registration, key=key, content_hash=digest)
    if form_of(registration.season).is_sealed(key):
        row.sealed = keys().seal(content, context=group_context(registration.pk, key, digest))
    else:
        row.plain = json.loads(content)
    return insert(row).pk


def _refer(version: FormVersion, groups: Sequence[int]) -> None:
    """Say which groups a new version has, in one statement: it had none before that `set` would look for."""
    through = FormVersion.groups.through
    through.objects.bulk_create(through(formversion_id=version.pk, formgroup_id=pk) for pk in groups)


def _take_over(registration: Registration, version: FormVersion, values: Values) -> None:
    registration.version, registration.saved_at = version.number, version.at
    registration.traits = traits_of(registration, values)
    update(registration, "version", "saved_at", "traits")


def _after(registration: Registration, version: FormVersion, account: Account, *, revision: str, by: Actor) -> None:
    """Keep the answer for a repeated request, and say who is told."""
    insert(
        Request(
            actor=actor_key(account.pk),
            key=_request_key(registration, revision),
            answer={"version": version.number},
        )
    )
    _notify(registration, version)
    record(
        "save_form",
        by=by,
        subject=registration.pk,
        path=registration.path,
        details={"version": version.number, "changed": list(version.changed)},
    )


def _notify(registration: Registration, version: FormVersion) -> None:
    """Tell the bound phone, in the transaction that saves (R14). Words of labels only: an SMS is read by others."""
    send(
        "form_saved",
        season=registration.season,
        recipient=registration.pk,
        number=bound_phone(registration),
        version=str(version.number),
        at=short(version.at),
        changed=changed_words(registration, version),
        device=KINDS.get(version.kind, KINDS[""]),
        phone=registration.site.phone,
    )


def changed_words(registration: Registration, version: FormVersion) -> str:
    if version.number == 1:
        return "第一次保存"
    form = form_of_version(registration.season, version)
    labels = [one.label for one in form.fields if one.key in version.changed]
    named = "、".join(labels[:_NAMED])
    return f"改动：{named}等{len(labels)}处" if len(labels) > _NAMED else f"改动：{named}"
