"""A class of pupils at one stage of confirmation: the rows that the acts on a class look at, and no others.

What the pupils themselves do (claim, pay, fill in, save) is told by the stories, not here.
"""

from itertools import count

from baoming.audit.actors import Actor
from baoming.documents.services import log_print
from baoming.organizations.models import Organization, Staff
from baoming.organizations.roles import Role
from baoming.registrations.journey import current_step, pack
from baoming.registrations.models import FormVersion, Photo, Registration, RosterEntry, Signature
from baoming.registrations.queries import roll_blind
from baoming.registrations.services.sheets import SHEET
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from tests import factories as make

CLASS = "高三（1）班"
STAGES = ("saved", "printed", "signed")
NAMES = ("欧阳思远", "阿依古丽·买买提", "㛃䶮", "𠮷祥", "王俊杰", "诸葛青云")
_running = count(1)


def operator(site: Organization) -> Actor:
    known = Staff.objects.filter(path=site.path, role=Role.OPERATOR).select_related("office").first()
    return (known or make.staff(site)).actor


def pupil(site: Organization, *, stage: str = "printed", name: str = "", class_name: str = CLASS) -> Registration:
    """One pupil of the class with a number, one saved version, and what `stage` adds; confirmation is open."""
    running = next(_running)
    make.season("intake")
    own = make.number(running, birth=f"2005{running // 900 % 12 + 1:02d}17")
    row = make.registration(site, name=name or NAMES[running % len(NAMES)], number=own)
    make.season("confirmation")
    now = season_now(row.season_id)
    row.class_name, row.student_no, row.number = class_name, f"{running:02d}", 1_020_000 + running
    row.version, row.saved_at, row.printed_version = 1, now, int(stage != "saved")
    row.signed_version = int(stage == "signed")
    row.done = pack(["form", *make.before("form"), *(["signature"] if stage == "signed" else [])])
    row.current_step = current_step(row.done_steps, row.trait_set)
    row.save()
    version = FormVersion.objects.create(
        registration=row, number=1, at=now, content_hash="A" * 64, receipt="7F3A", field_count=40, by_label="考生本人"
    )
    photo = Photo.objects.create(
        registration=row, file=f"{row.pk}", sha256="", size=1, source="camera", taken_at=now, taken_by="周敏"
    )
    if stage != "saved":
        by = operator(site)
        printed = log_print(row.pk, SHEET, path=row.path, version=1, content_hash="A" * 64, at=now, by=by)
        if stage == "signed":
            Signature.objects.create(
                registration=row, version=version, photo=photo, print_id=printed.pk, at=now, recorded_by=by.label
            )
    _listed(site, row)
    return row


def pupils(site: Organization, number: int, *, stage: str = "printed", class_name: str = CLASS) -> list[Registration]:
    return [pupil(site, stage=stage, class_name=class_name) for _ in range(number)]


def expected(
    site: Organization, *, name: str = "赵没来", class_name: str = CLASS, teacher: str = "李强"
) -> RosterEntry:
    """A pupil on the roster who has not been to the desk."""
    running = next(_running)
    return _entry(site, name=name, class_name=class_name, student_no=f"{running:02d}", teacher="李强", running=running)


def _listed(site: Organization, row: Registration, teacher: str = "李强") -> None:
    entry = _entry(site, name=row.name, class_name=row.class_name, student_no=row.student_no, teacher=teacher,
                   running=int(row.student_no))  # fmt: skip
    entry.registration = row
    entry.save(update_fields=["registration"])


def _entry(site: Organization, *, running: int, name: str, **values: str) -> RosterEntry:
    season = Season.objects.get(kind="demo")
    return RosterEntry.objects.create(
        season=season, site=site, path=site.path, roll_blind=roll_blind(f"G{running:018d}", season.pk), roll_sealed="",
        name=name, name_key="", **values,
    )  # fmt: skip
