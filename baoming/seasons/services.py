"""Loading a season, and moving the clock of one that is not real."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.seasons.models import Season, SeasonData
from baoming.shared.errors import Refused


@transaction.atomic
def load_data(season: Season, documents: dict[str, object]) -> None:
    """Store documents that differ from the newest stored version as a new version. Safe to repeat."""
    newest = {row.key: row.content for row in SeasonData.objects.filter(season=season).order_by("version")}
    changed = {key: content for key, content in documents.items() if newest.get(key) != content}
    if not changed:
        return
    Season.objects.filter(pk=season.pk).update(data_version=F("data_version") + 1)
    season.refresh_from_db()
    SeasonData.objects.bulk_create(
        SeasonData(season=season, key=key, version=season.data_version, content=content)
        for key, content in changed.items()
    )


@transaction.atomic
def set_clock(season_id: int, *, to: datetime, by: Actor) -> None:
    """Move the clock of a demo or practice season to `to` (aware). A real season's clock is the real one."""
    season = Season.objects.select_for_update().get(pk=season_id)
    if season.is_real:
        raise Refused("正式报名的时间不能调整")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE seasons_season SET clock_offset = %s - clock_timestamp() WHERE id = %s", [to, season.pk])
    record("set_clock", by=by, subject=None, path="", details={"season": season.pk, "to": to.isoformat()})
