"""The people of the matrix: one target in each relation to an office, and staff of every role."""

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

from django.urls import URLPattern, get_resolver

from baoming.audit.actors import Actor, Party
from baoming.documents.models import PrintFile
from baoming.imports.models import Import
from baoming.messages.models import Announcement
from baoming.organizations.models import Organization, Staff, StaffProposal
from baoming.organizations.roles import Role
from baoming.registrations.absent_queries import HANDED
from baoming.registrations.absent_queries import phone_context as leave_context
from baoming.registrations.attached_queries import EVIDENCE
from baoming.registrations.models import Batch, Evidence, HandIn, NameImage, Registration, ScanFile
from baoming.registrations.name_image_queries import picture_context
from baoming.registrations.rosters import RosterRow
from baoming.registrations.services.batches import start_batch
from baoming.registrations.services.rosters import import_roster
from baoming.reviews.case_queries import content_context
from baoming.reviews.models import Case, CaseAct, Transfer
from baoming.seasons.models import Season
from baoming.vault.services import keys
from tests import factories as make
from tests.imports.planted import import_of
from tests.matrix.tables import ABOVE_ALL, Line
from tests.registrations import confirmed
from tests.registrations.scanned import signed_page
from tests.seasons_kept import loaded

CLASS, SECOND_CLASS, FORMER_CLASS = "高三（1）班", "高三（2）班", "高三（9）班"
CASE_KIND = "accommodation"  # with the most to fill in and to hand in
CASE_ASKED = "左眼视力0.05，看小字很慢"  # what everybody's case says
_PNG = b"\x89PNG\r\n\x1a\n"
_CLASSES = {"same site": SECOND_CLASS, "other season": FORMER_CLASS}


@dataclass(frozen=True)
class Target:
    """What stands in one relation: a person, their site, and what that site and its county have made."""

    person: Registration
    file: PrintFile
    batch: Batch
    imported: Import
    announcement: Announcement
    transfer: Transfer  # of somebody of another county to this site
    case: Case
    account: Staff
    proposal: StaffProposal

    @property
    def ids(self) -> dict[str, object]:
        return {
            "registration_id": self.person.pk,
            "site_id": self.person.site_id,
            "file_id": self.file.pk,
            "batch_id": self.batch.pk,
            "import_id": self.imported.pk,
            "announcement_id": self.announcement.pk,
            "case_id": self.case.pk,
        }

    def body(self, line: Line) -> dict[str, str]:
        """Return what must be sent lest the route find no row for want of a field."""
        return {
            "transfer": {"asked": str(self.transfer.pk), "act": "decline", "answer": "学籍不在本县"},
            "account": {"account": str(self.account.account_id), "act": "code"},
            "case": {"act": "withdraw", "seen": "1", "note": "不申请了"},
            "proposal": {"proposal": str(self.proposal.pk), "act": "decline"},
        }.get(line.about, {})


@dataclass(frozen=True)
class World:
    staff: dict[Role, Staff]
    targets: dict[str, Target]


def nameless(portal: str) -> set[str]:
    """Return the addresses that a portal's process answers beside its named routes: health, notices."""
    patterns = get_resolver(f"baoming.config.urls_{portal}").url_patterns
    return {str(one.pattern) for one in patterns if isinstance(one, URLPattern)}


def make_world() -> World:
    """Make staff around one person who has saved, and somebody in every other relation to them."""
    mine = confirmed.saved()
    county = mine.site.parent
    assert county is not None
    assert county.parent is not None
    offices = {
        Role.TEACHER: mine.site,
        Role.OPERATOR: mine.site,
        Role.COUNTY: county,
        Role.CITY: county.parent,
    }
    offices |= dict.fromkeys(ABOVE_ALL, Organization.objects.get(level="province"))
    make.season("intake")
    former = make.registration(mine.site)
    people = {
        "own": mine,
        "same site": make.registration(mine.site),
        "same county": make.registration(make.site("02")),
        "same city": make.registration(make.site("01", of="0103")),
        "other city": make.registration(make.site("01", of="0203")),
        "other season": former,
    }
    for person in people.values():
        if person != mine:
            confirmed.photographed(person)
        _picture_of_name(person)
        _pictures_of_papers(person)
    away = make.site("08", of="0302")
    comers = {relation: make.registration(away) for relation in people}
    make.season("confirmation")
    for person in people.values():
        signed_page(person)
    _to_another_season(former)
    _into_classes(people)
    staff = {role: make.staff(office, role) for role, office in offices.items()}
    return World(
        staff=staff,
        targets={
            relation: _target(person, comers[relation], staff[Role.SYSTEM_ADMIN]) for relation, person in people.items()
        },
    )


def _picture_of_name(person: Registration) -> None:
    """Let the site have cut and confirmed the name of the person's card."""
    image = NameImage(registration=person, made_at=person.created_at, confirmed_at=person.created_at, current=True)
    image.picture_sealed = keys().seal(_PNG, context=picture_context(image.pk))
    image.save()


def paper_of(person: Registration) -> UUID:
    """Return the id of the paper that everybody has handed in."""
    return uuid5(person.pk, "paper")


def case_paper_of(person: Registration) -> UUID:
    """Return the id of the paper that everybody has handed in with the case."""
    return uuid5(person.pk, "paper of the case")


def _pictures_of_papers(person: Registration) -> None:
    """Let the person have handed in a paper beside the form, and one with a case."""
    papers = {"household-first": paper_of(person), f"case-{CASE_KIND}-certificate": case_paper_of(person)}
    for purpose, pk in papers.items():
        name = EVIDENCE.keep(pk, _PNG)
        Evidence.objects.create(id=pk, registration=person, purpose=purpose, file=name, sha256="", at=person.created_at)
    came = uuid5(person.pk, "photo that came")
    HandIn.objects.create(
        id=came, registration=person, number=1, digest=b"", made_at=person.created_at, made_by="周敏", state="handed",
        phone_sealed=keys().seal(b"19900000001", context=leave_context(came)), file=HANDED.keep(came, _PNG),
        expires_at=person.created_at, handed_at=person.created_at,
    )  # fmt: skip


def _into_classes(people: dict[str, Registration]) -> None:
    """Let everybody be in a class; the roster says who teaches the own one and the second one."""
    for relation, person in people.items():
        person.class_name = _CLASSES.get(relation, CLASS)
        person.save(update_fields=["class_name"])
    mine = people["own"]
    pupils = [
        RosterRow(line, f"G99000120050317000{line}", "甲", class_name=name, teacher=teacher)
        for line, (name, teacher) in enumerate(((CLASS, "周敏"), (SECOND_CLASS, "王芳")), start=1)
    ]
    import_roster(mine.season, mine.site, pupils, by=confirmed.operator(mine))


def _to_another_season(row: Registration) -> None:
    """Let somebody be of another season, and what the site has handed in of them."""
    row.season = Season.objects.filter(kind="practice").first() or loaded(kind="practice")
    row.save(update_fields=["season"])
    ScanFile.objects.filter(scannedpage__registration=row).update(season=row.season)


def _target(row: Registration, comer: Registration, admin: Staff) -> Target:
    made = {"season": row.season, "at": row.created_at}
    by = Actor(kind=Party.SITE, id="", path=row.path, label="周敏")
    account = make.staff(row.site)
    return Target(
        person=row,
        file=PrintFile.objects.create(path=row.path, kind="registration_form", title=CLASS, **made),
        batch=start_batch(row.season, "signature", [row.pk], key=uuid4(), about="", options={}, by=by),
        imported=import_of(row),
        announcement=Announcement.objects.create(
            season=row.season, path=row.path[:9], office="县招办", title="须知", text="带户口簿", opens=row.created_at,
            by_label="王秀兰",
        ),
        transfer=_transfer(comer, row),
        case=_case(row),
        account=account,
        proposal=StaffProposal.objects.create(
            kind="disable", path=row.path, staff=account, office=row.site, role=Role.OPERATOR,
            handle=account.account.handle, name=account.name, person="", by=admin,
        ),
    )  # fmt: skip


def _transfer(comer: Registration, row: Registration) -> Transfer:
    """Let somebody of a third city ask to come to the site of `row`."""
    comer.season = row.season
    comer.save(update_fields=["season"])
    return Transfer.objects.create(
        registration=comer, from_site=comer.site, to_site=row.site, from_path=comer.path, to_path=row.path,
        state="asked", reason="moved_school", at=row.created_at,
    )  # fmt: skip


def _case(row: Registration) -> Case:
    """Let the person have asked for something, which waits at the site."""
    case = Case.objects.create(
        registration=row, season=row.season, path=row.path, kind=CASE_KIND, state="waiting", holder="site",
        opener="candidate", newest=1, opened_at=row.created_at, since=row.created_at,
        due_at=row.created_at + timedelta(days=3),
    )  # fmt: skip
    act = CaseAct(case=case, number=1, act="open", desk=0, at=row.created_at, by_kind="candidate", by_label=row.name)
    content = json.dumps({"answers": {"items": ["large_print"], "why": CASE_ASKED}})
    act.content_sealed = keys().seal(content.encode(), context=content_context(act.pk))
    act.pictures = {"certificate": str(case_paper_of(row))}
    act.save()
    return case
