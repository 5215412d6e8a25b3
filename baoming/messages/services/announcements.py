"""What an office tells everybody of its area."""

from uuid import UUID

from django.db import transaction

from baoming.audit.actors import PARTY_NAMES, Actor, Party
from baoming.audit.services import record
from baoming.messages.announcements import Notice
from baoming.messages.models import Announcement
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from baoming.shared.errors import NotOpen


@transaction.atomic
def publish(season: Season, notice: Notice, *, key: UUID, office: str, by: Actor) -> Announcement:
    """Publish a notice for the area of `by`: the province's for all, a county's for its own. Safe to repeat.

    `key` was made with the preview: the same one gives the same announcement. Raises NotOpen for other offices.
    """
    if by.kind not in (Party.PROVINCE, Party.COUNTY):
        raise NotOpen(f"公告由{PARTY_NAMES[Party.PROVINCE]}或{PARTY_NAMES[Party.COUNTY]}发布")
    made = tell_area(season, notice, key=key, path=by.path, office=office, by=by)
    if made.path != by.path:
        raise NotOpen("这条公告已经由别的单位发布，请重新填写")
    return made


@transaction.atomic
def tell_area(season: Season, notice: Notice, *, key: UUID, path: str, office: str, by: Actor) -> Announcement:
    """Publish what an act of `by` means for the area `path`. Safe to repeat: the same key, the same announcement."""
    values = {
        "season": season, "path": path, "office": office, "title": notice.title, "text": notice.text,
        "opens": notice.opens, "closes": notice.closes, "by_label": by.label,
    }  # fmt: skip
    made, new = Announcement.objects.get_or_create(id=key, defaults=values)
    if new:
        record("publish_announcement", by=by, subject=made.pk, path=path)
    return made


@transaction.atomic
def withdraw(announcement_id: UUID, *, by: Actor) -> None:
    """Take an announcement back: nobody reads it any more, the record stays. Safe to repeat."""
    found = Announcement.objects.select_for_update().get(pk=announcement_id)
    if found.withdrawn_at is not None:
        return
    found.withdrawn_at = season_now(found.season_id)
    found.save(update_fields=["withdrawn_at"])
    record("withdraw_announcement", by=by, subject=found.pk, path=found.path)
