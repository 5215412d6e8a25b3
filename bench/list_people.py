"""python -m bench.list_people: a county of 10,000 people at every stage, 2,000 open cases, and who looks at them.

Prints JSON: the handle of a member of the county's staff, and the statements that its list page asks of PostgreSQL.
"""

import json
import secrets
from collections.abc import Iterator
from datetime import date
from random import Random
from uuid import UUID

import django

django.setup()  # before the models below

from baoming.organizations.models import Organization  # noqa: E402
from baoming.organizations.roles import Role  # noqa: E402
from baoming.organizations.services import add_site, add_staff  # noqa: E402
from baoming.registrations import list_queries  # noqa: E402
from baoming.registrations.identity_documents import IdentityDocument  # noqa: E402
from baoming.registrations.identity_numbers import check_character  # noqa: E402
from baoming.registrations.journey import BITS, current_step, pack, rests_on, unpack  # noqa: E402
from baoming.registrations.list_queries import Filters  # noqa: E402
from baoming.registrations.models import HoldRow, Registration  # noqa: E402
from baoming.registrations.queries import DEBT, document_context  # noqa: E402
from baoming.registrations.worklists import TABS  # noqa: E402
from baoming.reviews.models import Case, CaseAct  # noqa: E402
from baoming.seasons.models import Season  # noqa: E402
from baoming.seasons.queries import season_now  # noqa: E402
from baoming.shared import names  # noqa: E402
from baoming.vault.services import keys  # noqa: E402
from baoming.web.management.commands.load_demo import SECRET  # noqa: E402
from baoming.web.office.areas import Area  # noqa: E402
from bench.people import STAFF_PASSWORD  # noqa: E402
from bench.replay import captured  # noqa: E402

PEOPLE, PAGE, CASES = 10_000, 50, 2_000
_COUNTY, _SITES = "0111", 25
_HANDLE = "celiang"
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵吴周", "子涵雨欣浩然思琪嘉豪诗雅俊杰梦瑶宇航佳怡"
_WAY = ("identity", "number", "registration_fee", "form", "signature", "moral_assessment", "completion", "final_review")


def main() -> None:
    """Make them, print."""
    season = Season.objects.get(kind="demo")
    county = Organization.objects.get(level=Organization.Level.COUNTY, code=_COUNTY)
    sites = [
        add_site(county, code=f"{place + 1:02d}", name=f"测量{place + 1:02d}中学报名点", phone="", address="")
        for place in range(_SITES)
    ]
    add_staff(county, handle=_HANDLE, name="测量", role=Role.COUNTY, password=STAFF_PASSWORD, secret=SECRET)
    rows = list(_people(season, sites))
    Registration.objects.bulk_create(rows, batch_size=1000)
    HoldRow.objects.bulk_create(_holds(rows))
    cases = list(_cases(rows[:CASES]))
    Case.objects.bulk_create(cases)
    CaseAct.objects.bulk_create(_opened(cases))
    statements = captured(lambda: _ask(season, county))
    print(json.dumps({"handle": _HANDLE, "statements": statements}))


def _ask(season: Season, county: Organization) -> None:
    """Ask what the page asks for its rows, its tabs and its filter of sites."""
    filters = Filters(season.pk, county.path)
    if len(Area(county, {}).sites) != _SITES or list_queries.counts(filters).under(TABS["all"]) != PEOPLE:
        raise SystemExit("the county does not hold whom it should")
    list_queries.holds_of(list_queries.page(filters, TABS["all"], first=0, size=PAGE))


def _people(season: Season, sites: list[Organization]) -> Iterator[Registration]:
    random, now = Random(1), season_now(season.pk)
    for place in range(PEOPLE):
        step = random.choice(_WAY)
        done = pack([*rests_on(step), step])
        site = sites[place * len(sites) // PEOPLE]
        pk = UUID(int=random.getrandbits(128), version=4)
        document = _document(random, place)
        version = 1 if done & BITS["form"] else 0
        held, debts = random.random() < 0.01, random.random() < 0.03  # a few, as in a season
        yield Registration(
            id=pk, season=season, site=site, path=site.path, name=document.name,
            number=int(_COUNTY) * 10_000 + place if done & BITS["number"] else None,
            name_key=names.pinyin_key(document.name), name_initials=names.initials(document.name), sex=document.sex,
            ethnicity=document.ethnicity,
            document_sealed=keys().seal(document.to_json(), context=document_context(pk)),
            number_blind=secrets.token_bytes(32), last_four_blind=secrets.token_bytes(32), reading="card", read_at=now,
            read_by="测量", reader="R01", class_name=f"高三（{place % 8 + 1}）班", student_no=f"{place % 50 + 1:02d}",
            done=done, current_step=current_step(unpack(done), frozenset()), version=version,
            saved_at=now if version else None, printed_version=1 if done & BITS["signature"] else 0,
            signed_version=1 if done & BITS["signature"] else 0, held=held, debts=debts,
            debt_since=now if debts else None, created_at=now,
        )  # fmt: skip


def _holds(rows: list[Registration]) -> Iterator[HoldRow]:
    for row in rows:
        for kind, count in (("moral_assessment", row.held), (DEBT, row.debts)):
            for _ in range(int(count)):
                yield HoldRow(registration=row, kind=kind, steps=[], reason="测量", placed_at=row.created_at,
                              placed_by="测量")  # fmt: skip


def _cases(rows: list[Registration]) -> Iterator[Case]:
    """One each: half with the county, the others with the site."""
    for place, row in enumerate(rows):
        holder = ("county", "site")[place % 2]
        yield Case(
            registration=row, season_id=row.season_id, path=row.path, kind="fee_exemption", state="waiting",
            desk=1 - place % 2, holder=holder, opener="candidate", newest=1, papers=1, opened_at=row.created_at,
            since=row.created_at, due_at=row.created_at,
        )  # fmt: skip


def _opened(cases: list[Case]) -> Iterator[CaseAct]:
    for case in cases:
        yield CaseAct(
            case=case, number=1, act="open", desk=0, pictures={"proof": str(case.pk)}, at=case.opened_at,
            by_kind="candidate", by_id=str(case.registration_id), by_label="考生本人",
        )  # fmt: skip


def _document(random: Random, place: int) -> IdentityDocument:
    """A document that nobody has: area 990042 belongs to no division."""
    first = f"990042{2004 + place % 2}0{place % 9 + 1}1{place // 1000:d}{place % 1000:03d}"
    sex = "1" if int(first[16]) % 2 else "2"
    name = random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, 2))
    return IdentityDocument(
        name=name, sex=sex, ethnicity="01", birth=date(2004 + place % 2, place % 9 + 1, 10 + place // 1000),
        address="湘岭市青麓县白鹭街道书院路118号", number=first + check_character(first), issuer="青麓县公安局",
        valid_from=date(2021, 3, 18), valid_to=date(2031, 3, 18),
    )  # fmt: skip


if __name__ == "__main__":
    main()
