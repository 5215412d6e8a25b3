"""Numbered sheets of paper for a site without power or network (section IV, 4): no number is ever given twice."""

from django.db import transaction
from django.db.models import Max

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.documents.models import Print
from baoming.documents.services import log_print
from baoming.organizations.models import Organization, SiteSeason
from baoming.registrations.paper_drafts import MOST, DraftSheet, draft_number
from baoming.registrations.services.slips import line_of
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import Invalid
from baoming.shared.moments import BEIJING

DRAFT = "paper_draft"  # kind in the print log; its version is the last number of the sheets printed together


@transaction.atomic
def take_drafts(site: Organization, count: int, *, season: Season, by: Actor) -> list[DraftSheet]:
    """Return `count` sheets with the site's next numbers, which are its own in every season. Raises Invalid.

    What is not printed in the end leaves a gap: a number that is missing is seen, one that exists twice is not.
    """
    if not 1 <= count <= MOST:
        raise Invalid({"count": f"一次可以打印1到{MOST}份，请填这个范围里的数"})
    SiteSeason.objects.select_for_update().get_or_create(season=season, site=site)
    first = last_draft(site) + 1
    last, now = first + count - 1, season_now(season.pk)
    log_print(site.pk, DRAFT, path=site.path, version=last, content_hash="", at=now, by=by)
    record("print_drafts", by=by, subject=site.pk, path=site.path, details={"first": first, "last": last})
    issued, line = f"{now.astimezone(BEIJING):%Y-%m-%d}", line_of(site)
    return [draft_number(line, number, year=season.year, issued=issued) for number in range(first, last + 1)]


def last_draft(site: Organization) -> int:
    """Return the last number that was printed for a site, 0 before the first."""
    return Print.objects.filter(subject=site.pk, kind=DRAFT).aggregate(last=Max("version"))["last"] or 0
