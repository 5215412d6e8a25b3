"""A file of 10,000 lines, 300 of them bad, is previewed and applied by a city, while others save.

The people are those of the county's list (bench/list_people.py), three of them candidates who go on correcting their
form. Besides, somebody asks all the time for the lock of a person whose chunk is under way, as a save does: what waits
longest counts, the answer to a save or such a lock.
"""

import json
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from uuid import UUID

import psycopg

from bench import lists, storm
from bench.drive import Driver
from bench.installation import installation
from bench.people import Candidate
from bench.results import Figure
from launcher.stack import Stack

LINES, BAD = 10_000, 300
_HEADER = "报名序号,姓名,体检日期,身高,体重,色觉,体检结论"
_PATIENCE = 120  # seconds
_Rows = Sequence[tuple[int, str]]


def measure(stack: Stack, driver: Driver, savers: Sequence[Candidate]) -> dict[str, Figure]:
    """Return the figures. The people of the list are there, the `savers` (bench/storm.py) have saved once."""
    with psycopg.connect(stack.cluster.url("postgres", "baoming"), autocommit=True) as owner:
        content = _file(_people(owner, [one.file for one in savers]))
        begun = time.monotonic()
        place = driver.submit("city", "/imports/", {"kind": "physical"}, files={"file": ("体检.csv", content)})
        address = place.headers["Location"]
        shown = driver.read("city", address)
        preview = time.monotonic() - begun
        if f"{BAD}行" not in shown or f"导入这{LINES - BAD}行" not in shown:
            raise RuntimeError("the preview does not say what the file holds")
        commit, waits = _applied(stack, owner, driver, savers, address)
    said = f"{LINES} lines, {BAD} bad"
    return {
        "import_10k_preview_s": Figure(preview, "s", f"{said}: from sending the file to the page that shows it"),
        "import_10k_commit_s": Figure(commit, "s", f"{said}: from the button to the last line, in the worker"),
        "import_save_max_s": Figure(max(waits), "s", f"the longest of {len(waits)} saves and locks meanwhile"),
    }


def _people(owner: "psycopg.Connection[tuple[object, ...]]", savers: Sequence[str]) -> _Rows:
    """Return number and name of so many people, the savers first; whoever of the list has no number gets one."""
    owner.execute("""
        UPDATE registrations_registration AS one SET number = 20000000 + given.place FROM (
            SELECT id, row_number() OVER (ORDER BY id) AS place FROM registrations_registration WHERE number IS NULL
        ) AS given WHERE one.id = given.id
    """)
    owner.execute("VACUUM (ANALYZE) registrations_registration")
    return owner.execute(
        "SELECT number, name FROM registrations_registration WHERE path LIKE '43/01/%%' AND stopped_at IS NULL "
        "ORDER BY id = ANY (%s) DESC, id LIMIT %s", [[UUID(one) for one in savers], LINES]
    ).fetchall()  # type: ignore[return-value]  # fmt: skip


def _file(people: _Rows) -> bytes:
    if len(people) != LINES:
        raise RuntimeError(f"there are {len(people)} people")
    draw = random.Random(1)
    bad = set(draw.sample(range(storm.SAVERS, LINES), BAD))
    lines = [
        f"{number:08d},{name},2022-10-31,{1725 if place in bad else 150 + place % 40},61.5,正常,合格"
        for place, (number, name) in enumerate(people)
    ]
    return "\r\n".join([_HEADER, *lines]).encode("gb18030")


def _applied(
    stack: Stack, owner: "psycopg.Connection[tuple[object, ...]]", driver: Driver, savers: Sequence[Candidate],
    address: str,
) -> tuple[float, list[float]]:  # fmt: skip
    """Apply; returns how long it took, and how long each save and each lock took meanwhile."""
    ended = Event()
    with ThreadPoolExecutor(len(savers) + 1) as hands:
        saves = [hands.submit(storm.saves_of, driver, one, lambda: not ended.is_set()) for one in savers]
        locks = hands.submit(_locks, stack, ended)
        try:
            begun = time.monotonic()
            driver.submit("city", f"{address}apply/", {}, page=address)
            _wait(lambda: _state(owner)[0] == "done")
            took = time.monotonic() - begun
        finally:
            ended.set()
        waits = [one for hand in saves for one in hand.result()] + locks.result()
    if _state(owner) != ("done", LINES - BAD):
        raise RuntimeError(f"not everything was applied: {_state(owner)}")
    return took, waits


def _state(owner: "psycopg.Connection[tuple[object, ...]]") -> tuple[object, object]:
    row = owner.execute("SELECT state, done FROM registrations_batch WHERE kind = 'import_fact'").fetchone()
    return (row[0], row[1]) if row else ("", 0)


def _wait(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE
    while not done():
        if time.monotonic() > until:
            raise RuntimeError("the import does not end")
        time.sleep(0.05)


def _locks(stack: Stack, ended: Event) -> list[float]:
    """Lock somebody whose chunk is under way, again and again; returns how long each lock was waited for."""
    found, draw = list[float](), random.Random(2)
    asked = "SELECT ids[cursor + %s] FROM registrations_batch WHERE kind = 'import_fact' AND state <> 'done'"
    with psycopg.connect(stack.cluster.url("worker", "baoming"), autocommit=True) as one:
        while not ended.is_set():
            row = one.execute(asked, [draw.randint(1, 200)]).fetchone()
            if row is None or row[0] is None:
                time.sleep(0.02)
                continue
            begun = time.monotonic()
            one.execute("SELECT FROM registrations_registration WHERE id = %s FOR UPDATE", [row[0]])
            found.append(time.monotonic() - begun)
            time.sleep(0.02)
    return found


def main() -> None:
    with installation() as stack, Driver(stack) as driver:
        driver.open_season()
        print(json.dumps({"county": lists.people(stack).handle}))
        for name, figure in measure(stack, driver, storm.bring_savers(stack, driver)).items():
            print(f"{name}: {figure.value:.3f} {figure.unit} ({figure.baseline})")


if __name__ == "__main__":
    main()
