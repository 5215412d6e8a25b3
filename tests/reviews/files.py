"""Files in every state of deciding, brought there by the services themselves."""

from collections.abc import Callable
from datetime import timedelta

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment, Registration
from baoming.registrations.services.numbers import issue_number
from baoming.reviews.services import (
    pass_eligibility,
    refer_eligibility,
    return_eligibility,
    undo_review,
    withdraw,
)
from baoming.schedule.services import extend_for_person
from baoming.seasons.queries import data, season_now
from tests import factories as make
from tests.registrations import confirmed


def office(row: Registration, kind: str) -> Actor:
    """Somebody of the site, county or city of this person."""
    levels = {"site": row.site, "county": row.site.parent, "city": row.site.parent.parent if row.site.parent else None}
    place = levels[kind]
    assert place is not None
    return Actor(
        kind=Party(kind), id=f"{kind}-1", path=place.path, label={"site": "周敏", "county": "王秀兰"}.get(kind, "张丽")
    )


def site(row: Registration) -> Actor:
    return office(row, "site")


def county(row: Registration) -> Actor:
    return office(row, "county")


def checks(row: Registration) -> list[str]:
    return [rule["key"] for rule in data(row.season, "eligibility")["rules"]]


def give_pass(row: Registration, kind: str = "site") -> None:
    pass_eligibility(row.pk, checks=checks(row), by=office(row, kind))
    row.refresh_from_db()


def give_back(row: Registration, kind: str = "site", reason: str = "no_proof", note: str = "") -> int:
    made = return_eligibility(row.pk, reason=reason, note=note, by=office(row, kind))
    row.refresh_from_db()
    return made.pk


def give_on(row: Registration, reason: str = "migrant", note: str = "") -> int:
    made = refer_eligibility(row.pk, reason=reason, note=note, by=site(row))
    row.refresh_from_db()
    return made.pk


def take_back(row: Registration, review: int, kind: str = "site", reason: str = "点错了") -> None:
    undo_review(row.pk, review_id=review, reason=reason, by=office(row, kind))
    row.refresh_from_db()


def opened() -> Registration:
    make.season()
    row = make.registration(make.site())
    row.site = Organization.objects.select_related("parent__parent").get(pk=row.site_id)
    return row


def to_county() -> Registration:
    row = opened()
    give_on(row)
    return row


def to_city() -> Registration:
    row = opened()
    give_on(row, "other_document")
    return row


def county_returned() -> Registration:
    row = to_county()
    give_back(row, "county", "not_the_rules")
    return row


def county_passed() -> Registration:
    row = to_county()
    give_pass(row, "county")
    return row


def passed() -> Registration:
    row = opened()
    give_pass(row)
    return row


def returned() -> Registration:
    row = passed()
    give_back(row)
    return row


def numbered() -> Registration:
    row = passed()
    confirmed.photographed(row)
    if not NumberSegment.objects.filter(site=row.site).exists():
        make.segment(row.site)
    issue_number(row.pk, by=site(row))
    row.refresh_from_db()
    return row


def of_confirmed(row: Registration) -> Registration:
    """The same person with a decision behind the mark, and intake open for them alone."""
    now = season_now(row.season_id)
    extend_for_person(
        row.season_id, "intake", subject=row.pk, path=row.path, opens=now, closes=now + timedelta(hours=1),
        reason="测试", by=county(row),
    )  # fmt: skip
    row.done &= ~(1 << 1)  # eligibility: passed again, so that there is a decision to undo
    row.save(update_fields=["done"])
    give_pass(row)
    return row


def signed() -> Registration:
    return of_confirmed(confirmed.signed())


def completed() -> Registration:
    row = of_confirmed(confirmed.signed())
    confirmed.assess_morals(row.pk, qualified=True, text=confirmed.MORAL, by=site(row))
    confirmed.complete_registration(row.pk, by=county(row))
    row.refresh_from_db()
    return row


def intake_over() -> Registration:
    row = passed()
    make.season("confirmation")
    return row


def stopped() -> Registration:
    row = passed()
    withdraw(row.pk, reason="own_wish", proof=True, note="", by=site(row))
    row.refresh_from_db()
    return row


BUILD: dict[str, Callable[[], Registration]] = {
    build.__name__: build
    for build in (
        opened, to_county, to_city, county_returned, county_passed, passed, returned, numbered, signed, completed,
        intake_over, stopped,
    )
}  # fmt: skip
