"""Each of the two layers of authorisation taken away by itself, for tests alone: the product has no such switch."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from baoming.accounts.models import Account
from baoming.registrations.models import Registration
from baoming.schedule.queries import extended
from baoming.seasons.models import Season
from baoming.web import middleware
from tests.roles import portals_as_worker

WHOLE = "43/"


@contextmanager
def rows_alone() -> Iterator[None]:
    """Take the application's narrowing away: it takes every office for the province's. The database knows better."""
    found = middleware._office

    def whole(season: Season, user: Account | None) -> dict[str, object]:
        staff = getattr(user, "staff", None)
        if staff is not None:
            staff.path = staff.office.path = WHOLE
        return found(season, user)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(middleware, "_office", whole)
        yield


@contextmanager
def own_row_alone() -> Iterator[None]:
    """As `rows_alone` for candidates: anybody of the season is taken for who is signed in, others first."""

    def anybody(account_id: UUID, season_id: int) -> Registration | None:
        rows = Registration.objects.select_related("site").annotate(extended=extended()).filter(season=season_id)
        others = rows.exclude(account=account_id) | rows.filter(account=None)
        return others.order_by("pk").first() or rows.first()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(middleware, "registration_of", anybody)
        yield


application_alone = portals_as_worker
