"""The office tree, opening sites, and people who work in offices."""

import json
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from django.db import models, transaction

from baoming.accounts.models import Account
from baoming.accounts.services import pins, second_factor
from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.organizations.models import Organization, SiteSeason, Staff
from baoming.organizations.roles import AT_DESK, SECOND_FACTOR, Role
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, Refused
from baoming.shared.paths import child, within

M = TypeVar("M", bound=models.Model)
_DIVISIONS = {"43": Path(__file__).parents[1] / "data" / "hunan_divisions.json"}


@transaction.atomic
def load_offices(province: str) -> Organization:
    """Make the province, its cities and counties from the list of divisions. Safe to repeat; returns the province."""
    document = json.loads(_DIVISIONS[province].read_text("utf-8"))
    level = Organization.Level
    top = _office(None, level.PROVINCE, code=province, name=f"{document['province']['name']}教育考试院")
    for city in document["cities"]:
        office = _office(top, level.CITY, code=city["derived_city_code"], name=f"{city['name']}教育考试院")
        for county in city["counties"]:
            if county["kind"] == "gb2260":  # statistical areas have no office of their own
                _office(office, level.COUNTY, code=county["derived_county_code"], name=f"{county['name']}招生办")
    return top


@transaction.atomic
def add_site(county: Organization, *, code: str, name: str, phone: str, address: str) -> Organization:
    """Add or renew a registration site of a county; `code` has two digits."""
    site = _office(county, Organization.Level.SITE, code=code, name=name)
    Organization.objects.filter(pk=site.pk).update(phone=phone, address=address)
    return Organization.objects.get(pk=site.pk)


def _office(parent: Organization | None, level: Organization.Level, *, code: str, name: str) -> Organization:
    """Make or rename one office. A path has two digits a level: county 0102 is `43/01/02/`."""
    path = child(parent.path if parent else "", code[-2:])
    values: dict[str, object] = {"parent": parent, "level": level, "code": code, "name": name}
    return renewed(Organization, {"path": path}, values)


def renewed(model: type[M], key: dict[str, object], values: dict[str, object]) -> M:
    """Return the row of `key`, made or with what differs written.

    Nothing is locked in a row that is as it should be, nor against those who refer to it: somebody who opens an
    account at the office does not wait until a demo has loaded. (Django's own `update_or_create` locks for them too.)
    """
    row, _ = model._default_manager.get_or_create(**key, defaults=values)
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
    return row


@transaction.atomic
def set_expected(season: Season, site_id: UUID, *, expected: int, by: Actor) -> None:
    """Write a site's expected head count, whether it is open or not. Safe to repeat; only within `by`'s area."""
    row = _site_season(season, site_id, expected=expected, by=by)
    row.expected = expected
    row.save(update_fields=["expected"])
    record("set_expected", by=by, subject=site_id, path=row.site.path, details={"expected": expected})


@transaction.atomic
def open_site(season: Season, site_id: UUID, *, expected: int, by: Actor) -> datetime:
    """Let a site take candidates in, with its expected head count. Safe to repeat; only within `by`'s area."""
    row = _site_season(season, site_id, expected=expected, by=by)
    row.expected = expected
    row.opened_at = row.opened_at or season_now(season.pk)
    row.opened_by = row.opened_by or by.label
    row.save()
    record("open_site", by=by, subject=site_id, path=row.site.path, details={"expected": expected})
    return row.opened_at


def _site_season(season: Season, site_id: UUID, *, expected: int, by: Actor) -> SiteSeason:
    """Lock and return a site's row in the season. Raises Refused outside `by`'s area, Invalid for a wrong count."""
    site = Organization.objects.get(pk=site_id, level=Organization.Level.SITE)
    if not within(site.path, by.path):
        raise Refused("没有找到这个报名点")
    if not 1 <= expected <= 9_999:
        raise Invalid({"expected": "预计人数请填1到9999之间的整数"})
    row, _ = SiteSeason.objects.select_for_update().get_or_create(season=season, site=site)
    return row


@transaction.atomic
def add_staff(
    office: Organization, *, handle: str, name: str, role: Role, password: str, secret: str = "", pin: str = ""
) -> Staff:  # fmt: skip
    """Add a person to an office; a known `handle` gets the office, role and password given. For commands only.

    `secret`: of the authenticator, where the role needs one and none is set up; `pin`: in the same way.
    """
    account, _ = Account.objects.get_or_create(handle=handle, defaults={"kind": Account.Kind.STAFF})
    if not account.check_password(password):
        account.set_password(password)
        account.save(update_fields=["password"])
        pins.forget_pin(account)
    if secret and role in SECOND_FACTOR:
        second_factor.install(account, secret)
    if pin and role in AT_DESK and not pins.has_pin(account):
        pins.set_pin(account, pin)
    values: dict[str, object] = {"office": office, "path": office.path, "role": role.value, "name": name}
    return renewed(Staff, {"account": account}, values)
