"""python -m bench.one_sheet: CPU of one 报名登记表, ours and the same record laid out with ReportLab's platypus.

Sheets of different people, each laid out alone, both engines warm and in turn. Prints JSON. Needs people with saved
forms in the database (bench.print_people makes them).
"""

import gc
import json
import time
from collections.abc import Callable
from statistics import median
from uuid import uuid4

import django

django.setup()  # before the models below

from django.utils import timezone  # noqa: E402

from baoming.registrations.class_lists import PrintLine  # noqa: E402
from baoming.registrations.models import Photo, Registration  # noqa: E402
from baoming.registrations.queries import photo_bytes  # noqa: E402
from baoming.registrations.services.sheet_data import SheetData, newest_data, sheet_of  # noqa: E402
from baoming.registrations.services.slips import season_head  # noqa: E402
from baoming.registrations.sheets import RegistrationSheet, registration_forms  # noqa: E402
from baoming.reviews.queries import moral_texts  # noqa: E402
from bench import platypus  # noqa: E402

SHEETS, ROUNDS = 15, 5  # and one round more, to warm up


def main() -> None:
    chosen = Registration.objects.exclude(version=0).select_related("season", "site__parent")
    with_photo = Photo.objects.filter(current=True).values("registration")  # people of the lists have none
    people = list(chosen.filter(read_by="测量", pk__in=with_photo)[: SHEETS * (ROUNDS + 1)])
    morals = moral_texts([row.pk for row in people])
    held = newest_data(people, morals=morals).values()
    records = [_record(one) for one in held if isinstance(one, SheetData)]
    if len(records) < SHEETS * (ROUNDS + 1):
        raise SystemExit("not enough people have a sheet")
    season, now = season_head(people[0].season), timezone.now()
    rounds = [
        (
            _seconds(lambda one: registration_forms([one], season=season, made_at=now), part),
            _seconds(lambda one: platypus.sheet(one, season=season), part),
        )
        for part in (records[start : start + SHEETS] for start in range(0, len(records), SHEETS))
    ][1:]
    ours, theirs = (median(each) for each in zip(*rounds, strict=True))
    print(json.dumps({"ours": ours, "theirs": theirs, "ratio": median(own / other for own, other in rounds)}))


def _record(data: SheetData) -> RegistrationSheet:
    printed = PrintLine(at="2022-11-07 10:22", by="测量")
    return sheet_of(data, print_id=uuid4(), printed=printed, picture=photo_bytes(data.photo))


def _seconds(lay_out: Callable[[RegistrationSheet], bytes], records: list[RegistrationSheet]) -> float:
    """Return CPU seconds a sheet."""
    gc.collect()
    start = time.process_time()
    for one in records:
        lay_out(one)
    return (time.process_time() - start) / len(records)


if __name__ == "__main__":
    main()
