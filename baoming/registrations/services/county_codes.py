"""Further 4-digit codes of a county whose own 9,999 numbers do not suffice: added by the province (R4)."""

from django.db import IntegrityError, transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.organizations.models import Organization
from baoming.organizations.queries import county_of_code
from baoming.registrations.models import CountyCode, NumberSegment
from baoming.registrations.segments import code_span
from baoming.registrations.services.segments import hold_county
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid, NotOpen, Refused


@transaction.atomic
def add_code(season: Season, county: Organization, *, code: str, by: Actor) -> None:
    """Let a county use all numbers of one more code. Raises NotOpen for anyone but the province; Invalid."""
    _require_province(by)
    hold_county(season.pk, county)
    if not (code.isascii() and code.isdigit() and len(code) == 4 and int(code)):
        raise Invalid({"code": "县代码是4位数字，例如0199"})
    if owner := county_of_code(code):
        raise Invalid({"code": f"{code}是{owner.name}的代码，请换一个没有用过的"})
    try:
        with transaction.atomic():
            CountyCode.objects.create(
                season=season, county=county, code=code, added_at=season_now(season.pk), added_by=by.label
            )
    except IntegrityError:
        owner = CountyCode.objects.get(season=season, code=code).county
        raise Invalid({"code": f"{code}已经是{owner.name}增加的代码，请换一个没有用过的"}) from None
    record("add_code", by=by, subject=county.pk, path=county.path, details={"code": code})


@transaction.atomic
def drop_code(season: Season, county: Organization, *, code: str, by: Actor) -> None:
    """Take an added code back while no site has numbers of it. Raises NotOpen, Refused."""
    _require_province(by)
    hold_county(season.pk, county)
    row = CountyCode.objects.filter(season=season, county=county, code=code).first()
    if row is None:
        raise Refused(f"{county.name}没有增加过这个代码，可能刚刚已经撤回")
    span = code_span(code)
    if NumberSegment.objects.filter(season=season, first__range=(span.first, span.last)).exists():
        raise Refused(f"{code}的号已经划给报名点，不能撤回。请{county.name}先把没有发的号退回备用")
    row.delete()
    record("drop_code", by=by, subject=county.pk, path=county.path, details={"code": code})


def _require_province(by: Actor) -> None:
    if by.kind is not Party.PROVINCE:
        raise NotOpen(f"增加县代码由{PARTY_NAMES[Party.PROVINCE]}办理，请联系省教育考试院")
