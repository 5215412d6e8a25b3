"""python -m bench.populate COUNT: fill the province of this installation up to COUNT people.

Whoever is registered when it runs first is an original; the others are their copies (bench/clones.py),
spread over the sites of every county, each with a name, a document and a number of its own. Run again
with a greater COUNT it goes on. Refused outside a demo.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

import django
import psycopg
from django.conf import settings

django.setup()  # before the models below

from baoming.audit.actors import Actor, Party  # noqa: E402
from baoming.organizations.models import Organization  # noqa: E402
from baoming.organizations.services import add_site  # noqa: E402
from baoming.registrations.identity_documents import IdentityDocument  # noqa: E402
from baoming.registrations.identity_numbers import check_character  # noqa: E402
from baoming.registrations.models import Registration  # noqa: E402
from baoming.registrations.queries import document_context, document_of  # noqa: E402
from baoming.registrations.services.segments import add_segment  # noqa: E402
from baoming.seasons.models import Season  # noqa: E402
from baoming.shared import names  # noqa: E402
from baoming.vault.services import keys  # noqa: E402
from bench import clones  # noqa: E402

_SITES = 8  # a county, beside those it has
_PEOPLE = 700_000
_BY = Actor(kind=Party.PROVINCE, id="", path="43/", label="测量")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅"
_GIVEN = "子涵雨欣浩然思琪嘉豪诗雅俊杰梦瑶宇航佳怡文博可馨明轩静怡志强晓彤天佑若曦家乐语嫣梓晨奕辰欣妍泽宇"
_AREAS = 99  # 990001 to 990099, which no division has
_PEOPLE_TABLE = """
    CREATE TABLE bench.people (original uuid, n int, id uuid, number int, name text, name_key text, name_initials text,
        document_sealed text, number_blind bytea, last_four_blind bytea);
    CREATE TABLE bench.places (n int PRIMARY KEY, site_id uuid, path text, serial int)"""


def main() -> None:
    if not settings.DEMO:
        raise SystemExit("BAOMING_DEMO is not set: this fills a province with people who do not exist")
    count = int(sys.argv[1])
    with _admin() as connection:
        connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'")
        connection.execute("SET idle_in_transaction_session_timeout = 0; SET timezone = 'UTC'")
        every = clones.tables(connection)
        first = _prepare(connection, every)
        originals = list(Registration.objects.filter(pk__in=_originals(connection)).order_by("pk"))
        last = count // len(originals) - 1
        _people(connection, originals, first, last)
        with clones.without_guards(connection, every):
            clones.pour(connection, every, first=first, last=last)
        connection.execute("TRUNCATE bench.people")
    _analyze()


def _prepare(connection: clones.Connection, every: list[clones.Table]) -> int:
    """Make sites and keep the originals, once; returns the number of the first copy to make."""
    if connection.execute("SELECT to_regclass('bench.places')").fetchone() == (None,):
        connection.execute("CREATE SCHEMA bench")
        connection.execute(_PEOPLE_TABLE)
        clones.keep_originals(connection, every)
        found = connection.execute(f"SELECT count(*) FROM {clones.kept(clones.ROOT)}").fetchone() or (0,)
        with connection.cursor().copy("COPY bench.places FROM STDIN") as copy:
            for row in _places(int(str(found[0]))):
                copy.write_row(row)
        return 1
    said = connection.execute(
        f"SELECT count(*) / (SELECT count(*) FROM {clones.kept(clones.ROOT)}) FROM {clones.ROOT}"
        " WHERE site_id IN (SELECT site_id FROM bench.places)"
    ).fetchone()
    return int(str((said or (0,))[0])) + 1


def _places(originals: int) -> Iterator[tuple[int, UUID, str, int]]:
    """Yield (n, site, path, first serial) for as many copies as the province may need; sites take turns."""
    season = Season.objects.get(kind="demo")
    counties = Organization.objects.filter(level=Organization.Level.COUNTY).order_by("path")
    sites = [_site(county, place) for county in counties for place in range(_SITES)]
    copies = _PEOPLE // originals
    length = (copies // len(sites) + 1) * originals
    starts = {}
    for place, (county, site) in enumerate(sites):
        starts[site.pk] = int(county.code) * 10_000 + 1_001 + place % _SITES * length
        if not site.numbersegment_set.exists():
            first = starts[site.pk]
            segment = add_segment(season, site, county=county, first=first, last=first + length - 1, by=_BY)
            segment.next = segment.last + 1
            segment.save(update_fields=["next"])
    Random(1).shuffle(sites)
    for n in range(1, copies + 1):
        turn, place = divmod(n - 1, len(sites))
        site = sites[place][1]
        yield n, site.pk, site.path, starts[site.pk] + turn * originals


def _site(county: Organization, place: int) -> tuple[Organization, Organization]:
    code = f"{place + 51}"
    return county, add_site(
        county, code=code, name=f"{county.name[:-3]}{place + 1}中报名点", phone="0731-00000000", address=""
    )


def _originals(connection: clones.Connection) -> list[UUID]:
    return [UUID(str(row[0])) for row in connection.execute(f"SELECT id FROM {clones.kept(clones.ROOT)}")]


def _people(connection: clones.Connection, originals: list[Registration], first: int, last: int) -> None:
    """Draw the people of the copies: name, document sealed for its own row, number."""
    wanted = connection.execute("SELECT n, serial FROM bench.places WHERE n BETWEEN %s AND %s", [first, last])
    serials = {int(str(n)): int(str(serial)) for n, serial in wanted}
    documents = {row.pk: document_of(row) for row in originals}
    pool = _names()
    with connection.cursor().copy("COPY bench.people FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["uuid", "int4", "uuid", "int4", "text", "text", "text", "text", "bytea", "bytea"])
        for n in range(first, last + 1):
            for place, original in enumerate(originals):
                serial = None if original.number is None else serials[n] + place
                made = _person(documents[original.pk], original, n=n, place=place, pool=pool)
                copy.write_row((original.pk, n, made[0], serial, *made[1:]))


def _person(
    document: IdentityDocument, original: Registration, *, n: int, place: int, pool: list[tuple[str, str, str]]
) -> tuple[object, ...]:
    """Return id, name, name key, initials, document and two blind indexes of copy `n`; no two share an ID number."""
    ring, pk = keys(), UUID(hashlib.md5(f"{original.pk}:{n}".encode(), usedforsecurity=False).hexdigest())
    name, key, initials = pool[pk.int % len(pool)]
    birth = date(2000, 1, 1) + timedelta(days=n // _AREAS)
    first_17 = f"9900{n % _AREAS + 1:02d}{birth:%Y%m%d}{2 * place + (1 if document.sex == '1' else 2):03d}"
    number = first_17 + check_character(first_17)
    own = replace(document, name=name, number=number, birth=birth)
    season = original.season_id
    return (
        pk, name, key, initials,
        ring.seal(own.to_json(), context=document_context(pk)),
        ring.blind(number, purpose="id", season=season),
        ring.blind(number[-4:], purpose="last4", season=season),
    )  # fmt: skip


def _names() -> list[tuple[str, str, str]]:
    drawn = [a + b + c for a in _SURNAMES for b in _GIVEN[::2] for c in _GIVEN[1::4]]
    return [(name, names.pinyin_key(name), names.initials(name)) for name in drawn]


def _analyze() -> None:
    """Leave the tables as autovacuum would find them a day later."""
    with _admin(autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _admin(*, autocommit: bool = False) -> clones.Connection:
    """A superuser's connection to the database that the portals use."""
    database = str(settings.DATABASES["default"]["NAME"])
    return psycopg.connect(os.environ["BAOMING_ADMIN_DATABASE_URL"], dbname=database, autocommit=autocommit)


if __name__ == "__main__":
    main()
