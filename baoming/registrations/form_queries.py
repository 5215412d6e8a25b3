"""Reading the form of a season, what a candidate has typed, and what they have saved."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

import baoming
from baoming.forms.definition import Difference, FormDefinition, as_raw
from baoming.forms.fields import Value, Values
from baoming.forms.schools import Schools
from baoming.forms.townships import Townships
from baoming.organizations.divisions import Divisions
from baoming.registrations.journey import JOURNEY, Trait
from baoming.registrations.models import Draft, FormGroup, FormVersion, Registration
from baoming.seasons.codesets import CodeSet, parse_code_sets
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.queries import data
from baoming.shared.queries import Kept, kept_one
from baoming.vault.services import keys

_CODESETS = "seasons/data/codesets.json"
_DIVISIONS = {"43": "organizations/data/hunan_divisions.json"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a draft holds. `other`: what another tab had typed where this one differs."""

    raw: dict[str, list[str]] = field(default_factory=dict)
    other: dict[str, list[str]] = field(default_factory=dict)


def form_of(season: Season) -> FormDefinition:
    """Return the form that candidates of `season` fill in, parsed once per version of the season's data."""
    return _form(season.pk, season.data_version)


def form_of_version(season: Season, version: FormVersion) -> FormDefinition:
    """Return the form that `version` answers: a season's data may have been loaded anew since it was saved."""
    return _form(season.pk, version.data_version or season.data_version)


@cache
def _form(season_id: int, data_version: int) -> FormDefinition:
    season = Season.objects.get(pk=season_id)
    season.data_version = data_version  # the caller's: a form never changes within one request
    return FormDefinition.parse(
        data(season, "form"),
        codesets=code_sets(),
        divisions=Divisions.parse(_read(_DIVISIONS[season.province])),
        schools=_schools(season),
        townships=_townships(season),
    )


def _schools(season: Season) -> Schools:
    """Return the season's list; an installation that has not loaded one yet has the names typed."""
    try:
        return Schools.parse(data(season, "schools"))
    except SeasonData.DoesNotExist:
        return Schools()


def _townships(season: Season) -> Townships:
    """Return the season's lists; a county without one has the name typed."""
    try:
        return Townships.parse(data(season, "townships"))
    except SeasonData.DoesNotExist:
        return Townships()


@cache
def code_sets() -> Mapping[str, CodeSet]:
    """Return the national code sets by name."""
    return parse_code_sets(_read(_CODESETS))


@cache
def _read(path: str) -> Any:
    return json.loads((Path(baoming.__file__).parent / path).read_text("utf-8"))


def traits_of(registration: Registration, values: Mapping[str, Value]) -> list[str]:
    """Return the registration's traits as `values` make them.

    Those the form says nothing of stay, and those of a step that a payment has locked (R17).
    """
    form = data(registration.season, "form")
    rules: Mapping[str, Mapping[str, list[str]]] = form.get("traits", {})
    governed = {trait for codes in rules.values() for traits in codes.values() for trait in traits}
    chosen = {trait for key, codes in rules.items() for trait in codes.get(str(values.get(key, "")), [])}
    if "household" in form:
        chosen.add(Trait.SEASON_OPTION)
    locked = {step.applies.value for step in JOURNEY if step.lasting_once in registration.done_steps}
    return sorted((set(registration.traits) - (governed - locked)) | chosen)


def phone_context(registration_id: UUID) -> str:
    """Return the place a sealed phone number is bound to."""
    return f"registrations_registration.phone_sealed.{registration_id}"


def bound_phone(registration: Registration) -> str:
    """Return the phone bound by SMS, empty if there is none yet."""
    if not registration.phone_sealed:
        return ""
    return keys().unseal(registration.phone_sealed, context=phone_context(registration.pk)).decode()


@kept_one
def draft_of(registration: Registration) -> QuerySet[Draft]:
    return Draft.objects.filter(registration=registration)


def revision_of(registration: Registration, draft: Draft | None) -> str:
    """Return what a page hands back, for two tabs to notice each other: `<version>.<draft revision>`."""
    return f"{registration.version}.{draft.revision if draft else 0}"


def draft_context(registration_id: UUID) -> str:
    return f"registrations_draft.sealed.{registration_id}"


def typed_of(registration: Registration, draft: Draft | None) -> Typed:
    """Return the inputs as typed: the draft's, else those that give the newest version."""
    if draft is None:
        return Typed(raw=as_raw(values_of(newest_version(registration))))
    content = json.loads(keys().unseal(draft.sealed, context=draft_context(registration.pk)))
    return Typed(raw=content["raw"], other=content["other"])


@Kept
def versions_of(registration: Registration) -> QuerySet[FormVersion]:
    """Return the saved versions, newest first."""
    return FormVersion.objects.filter(registration=registration).order_by("-number")


@Kept
def versions_since(registration: Registration, number: int) -> QuerySet[FormVersion]:
    """Return what was saved after version `number`, newest first: at most a dozen."""
    return FormVersion.objects.filter(registration=registration, number__gt=number).order_by("-number")[:12]


@kept_one
def version_of(registration: Registration, number: int) -> QuerySet[FormVersion]:
    return FormVersion.objects.filter(registration=registration, number=number)


def newest_version(registration: Registration) -> FormVersion | None:
    return version_of(registration, registration.version) if registration.version else None


def values_of(version: FormVersion | None) -> Values:
    """Return all values of a version, its sealed groups opened; nothing for None."""
    return _values(_groups_of(version) if version else ())


def _values(groups: Iterable[FormGroup]) -> Values:
    values: Values = {}
    for group in groups:
        values |= _opened(group)
    return values


def _groups_of(version: FormVersion) -> Iterable[FormGroup]:
    """Return the groups of a version; those of many are read together beforehand."""
    together = "groups" in getattr(version, "_prefetched_objects_cache", ())
    return version.groups.all() if together else _groups(version)


@Kept
def _groups(version: FormVersion) -> QuerySet[FormGroup]:
    return FormGroup.objects.filter(formversion=version)


def group_context(registration_id: UUID, key: str, content_hash: str) -> str:
    """Return the place the content of a sealed group is bound to."""
    return f"registrations_formgroup.sealed.{registration_id}.{key}.{content_hash}"


def _opened(group: FormGroup) -> Values:
    if group.plain is not None:
        return dict(group.plain)
    context = group_context(group.registration_id, group.key, group.content_hash)
    return dict(json.loads(keys().unseal(group.sealed, context=context)))


def differences(form: FormDefinition, old: FormVersion, new: FormVersion) -> list[Difference]:
    """Return the fields that two versions show differently. A group that both share is not opened."""
    before, after = _groups_of_both(old, new)
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    return form.differences(_values(before[pk] for pk in gone), _values(after[pk] for pk in come))


def _groups_of_both(old: FormVersion, new: FormVersion) -> tuple[dict[int, FormGroup], dict[int, FormGroup]]:
    """Return the groups of two versions of one person by their key, in one question."""
    found: dict[int, dict[int, FormGroup]] = {old.pk: {}, new.pk: {}}
    for row in _both(old, new):
        found[row.formversion_id][row.formgroup_id] = row.formgroup
    return found[old.pk], found[new.pk]


@Kept
def _both(old: FormVersion, new: FormVersion) -> "QuerySet[Any]":
    rows = FormVersion.groups.through.objects.filter(Q(formversion=old) | Q(formversion=new))
    return rows.select_related("formgroup")
