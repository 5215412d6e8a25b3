"""Files in every state of deciding, brought there by the services themselves."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization
from baoming.registrations.models import NumberSegment, Registration
from baoming.registrations.services.numbers import issue_number
from baoming.reviews.case_queries import consent_of, kind_of
from baoming.reviews.cases import Act
from baoming.reviews.models import Case
from baoming.reviews.services import pass_eligibility, return_eligibility, undo_review, withdraw
from baoming.reviews.services.cases import act_on_case, keep_papers, open_case
from baoming.schedule.services import extend_for_person
from baoming.seasons.queries import data, season_now
from tests import factories as make
from tests.registrations import confirmed

JPEG = b"\xff\xd8\xff a picture of a paper"
REFERRED: Mapping[str, Mapping[str, list[str]]] = {
    "migrant": {
        "household": ["贵州省"], "graduation": ["general"], "roll": ["2020年9月建立学籍，合格性考试9科合格"],
        "parents": ["2018年1月起居住，父亲在某公司务工"],
    },
    "other_document": {"why": ["随父母居住，持港澳居民居住证"]},
}  # fmt: skip


def office(row: Registration, kind: str) -> Actor:
    """Somebody of the site, county, city or province of this person."""
    if kind == "province":
        return Actor(Party.PROVINCE, "province-1", "43/", "刘建国")
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


def hand_in(row: Registration, kind: str, by: Actor | None = None) -> None:
    """Hand in a picture of every paper that the kind needs, by whom it is opened first of all."""
    opener = kind_of(row.season, kind).opens[0]
    own = Actor(Party.CANDIDATE, str(row.pk), row.path, "考生本人")
    by = by or (own if opener is Party.CANDIDATE else office(row, opener))
    papers = [paper.key for paper in kind_of(row.season, kind).papers if paper.needed]
    keep_papers(row.pk, kind, {paper: JPEG + paper.encode() for paper in papers}, consent_of(row.season), by=by)


def give_pass(row: Registration) -> None:
    pass_eligibility(row.pk, checks=checks(row), by=site(row))
    row.refresh_from_db()


def give_back(row: Registration, reason: str = "no_proof", note: str = "") -> int:
    made = return_eligibility(row.pk, reason=reason, note=note, by=site(row))
    row.refresh_from_db()
    return made.pk


def give_on(row: Registration, kind: str = "migrant") -> Case:
    """Open the case by which another office judges eligibility."""
    hand_in(row, kind)
    made = open_case(row.pk, kind, raw=REFERRED[kind], by=site(row))
    row.refresh_from_db()
    return made


def answer(row: Registration, act: Act, kind: str, *, reason: str = "", note: str = "") -> Case:
    """Act on the person's newest case, as an office or as the site that opened it."""
    case = Case.objects.filter(registration=row).order_by("-opened_at", "-newest")[0]
    raw = {**REFERRED.get(case.kind, {}), "rules": checks(row)}
    made = act_on_case(case.pk, act, seen=case.newest, by=office(row, kind), reason=reason, note=note, raw=raw)
    row.refresh_from_db()
    return made


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
    answer(row, Act.RETURN, "county", reason="not_the_rules")
    return row


def county_passed() -> Registration:
    row = to_county()
    answer(row, Act.GRANT, "county")
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
    withdraw(row.pk, reason="own_wish", by=county(row))
    row.refresh_from_db()
    return row


BUILD: dict[str, Callable[[], Registration]] = {
    build.__name__: build
    for build in (
        opened, to_county, to_city, county_returned, county_passed, passed, returned, numbered, signed, completed,
        intake_over, stopped,
    )
}  # fmt: skip
