"""The demo is true: its people are as the services leave them, and can go on."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from baoming.audit.actors import SYSTEM
from baoming.documents.engine import Unprintable
from baoming.organizations.models import SiteSeason, Staff
from baoming.organizations.roles import Role
from baoming.organizations.services import open_site
from baoming.registrations import document_numbers, journey
from baoming.registrations.attached_queries import newest_declaration, picture_bytes, pictures_of
from baoming.registrations.identity_numbers import is_synthetic
from baoming.registrations.models import NameImage, Registration, SystemCheck
from baoming.registrations.name_image_queries import lacking, name_image, picture_of
from baoming.registrations.queries import document_of, owes_reading
from baoming.registrations.services.claim import claim
from baoming.registrations.services.intake import reread_card
from baoming.registrations.services.sheets import print_sheet
from baoming.schedule.services import go_to_phase
from baoming.seasons.queries import season_now
from baoming.shared.errors import Held, NotOpen
from demo import plan
from demo.acts import Walk
from demo.cast import SITES, UNRECORDED, Pupil, pupils
from demo.guide import KNOWN_LOGIN, KNOWN_SAVE
from demo.load import Loaded, is_empty, load
from demo.outside import replaced
from standins.people import people
from tests import factories as make
from tests.demo import expected
from tests.demo.invariants import broken

NEXT = {
    "absent": "open", "opened": "pass", "returned": "pass", "passed": "photo", "photographed": "number",
    "numbered": "slip", "slip": "claim", "claimed": "order", "unpaid": "pay", "closed": "order", "paid": "check",
    "checked": "phone", "phone": "passwords", "passwords": "pledge", "pledged": "save", "draft": "save",
    "saved": "print", "declared": "print", "saved_again": "print", "printed": "sign", "void": "print",
    "correction": "resave", "signed": "assess", "assessed": "complete", "unqualified": "assess",
    "completed": "review", "reopened": "complete",
}  # fmt: skip


def few() -> list[Pupil]:
    """One pupil of each stage at each site: all of the plan, in a fraction of its time."""
    seen = set()
    return [one for one in pupils() if not ((key := (one.site.path, one.stage.key)) in seen or seen.add(key))]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Loaded]:
    with django_db_blocker.unblock(), transaction.atomic():
        season = make.season()
        assert is_empty(season)
        yield load(season, few(), password="yanshi-2023")
        transaction.set_rollback(True)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def rows() -> list[Registration]:
    return list(Registration.objects.select_related("season", "site", "roster_entry"))


def row_of(walk: Walk) -> Registration:
    return Registration.objects.select_related("season", "site").get(pk=walk.file)


def test_the_table_says_how_many_have_come_how_far() -> None:
    cast = pupils()
    assert Counter(one.stage.key for one in cast) == {key: count for key, (count, _) in expected.STAGES.items()}
    assert Counter(one.site.name.removesuffix("报名点") for one in cast) == expected.SITES
    assert len(cast) == 600
    assert {site.county[:2] for site in SITES} == {"01", "02"}
    assert len({site.county for site in SITES}) == 3


def test_people_are_nobody_and_no_two_are_one() -> None:
    cast = pupils()
    numbers = [one.person.number for one in cast]
    assert len(set(numbers)) == len({one.person.roll_number for one in cast}) == 600
    assert all(is_synthetic(number) for number in numbers)
    names = "".join(one.person.name for one in cast)
    assert all(character in names for character in expected.RARE)
    assert all(name in names for name in ("欧阳思远", "阿依古丽·买买提"))


def test_the_cards_at_the_stand_in_reader_are_of_the_first_class_and_most_have_not_come() -> None:
    first = pupils()[:60]
    assert [one.person for one in first] == people(60)
    assert [one.stage.key for one in first[:50]] == ["absent"] * 50
    assert {one.stage.key for one in first[50:]} == {"opened", "returned", "passed", "photographed", "numbered"}
    assert any(one.typed for one in first[50:])


def test_every_act_of_a_pupil_comes_after_the_one_before_and_before_now() -> None:
    for one in pupils():
        moments = [plan.moment(act, shift=one.shift, place=one.place) for act in one.stage.acts]
        assert moments == sorted(moments), one.stage.key
        assert all(moment < plan.NOW for moment in moments), one.stage.key


def test_whoever_was_loaded_has_done_what_the_table_says(loaded: Loaded) -> None:
    for walk in loaded.walks:
        done = expected.STAGES[walk.pupil.stage.key][1].split()
        if not done:
            assert not hasattr(walk, "file")
        else:
            assert row_of(walk).done_steps == set(done), walk.pupil.stage.key
    assert {walk.pupil.stage.key for walk in loaded.walks} == set(expected.STAGES)


def test_everything_holds_together(loaded: Loaded) -> None:
    assert broken(rows(), plan.NOW) == []
    assert abs((season_now(rows()[0].season_id) - plan.NOW).total_seconds()) < 600


def test_control_what_was_written_past_the_services_is_found(loaded: Loaded) -> None:
    reviewed = next(walk for walk in loaded.walks if walk.pupil.stage.key == "reviewed")
    with undone():
        row = row_of(reviewed)
        row.done &= ~journey.BITS["photo"]
        row.number = 1029999
        row.version = 7
        row.save()
        found = "".join(broken(rows(), plan.NOW))
    for sentence in ("bits and log differ", "without ['photo']", "issued other numbers", "numbers of versions"):
        assert sentence in found


def test_everybody_can_take_the_next_step(loaded: Loaded) -> None:
    for walk in loaded.walks:
        key = walk.pupil.stage.key
        if key == "reviewed" or walk.pupil.other:  # whose next step is the city's
            continue
        with undone(), replaced(walk.cashier, walk.printer):
            _make_way(walk)
            walk.do(NEXT[key])


def _make_way(walk: Walk) -> None:
    """What the county and the calendar do first, where the plan has left it open."""
    if not SiteSeason.objects.filter(site=walk.site, opened_at__isnull=False).exists():
        open_site(walk.season, walk.site.pk, expected=88, by=walk.by_county)
    unrecorded = walk.pupil.person.number == UNRECORDED
    if unrecorded or (NEXT[walk.pupil.stage.key] == "complete" and owes_reading(row_of(walk))):
        new_card = replace(walk.pupil.document, valid_to=date(2032, 9, 1))
        reread_card(walk.file, new_card, reader="R1", nonce=walk.pupil.person.number, by=walk.by_site)
    if walk.pupil.stage.key == "printed" and not walk.site.path.startswith(plan.PILOT):
        go_to_phase(walk.season, "confirmation", by=SYSTEM)


def test_one_was_typed_whom_the_registers_do_not_know(loaded: Loaded) -> None:
    states = SystemCheck.objects.values_list("state", flat=True)
    assert set(states) == {"match", "no_record"}
    (waits,) = [walk for walk in loaded.walks if walk.pupil.person.number == UNRECORDED]
    assert not row_of(waits).number
    with undone(), replaced(waits.cashier, waits.printer), pytest.raises(Held, match="请考生带证件到公安机关核实"):
        waits.do("pass")


def test_a_sheet_of_everybody_saved_is_really_printed_rare_names_too(loaded: Loaded) -> None:
    saved = [walk for walk in loaded.walks if walk.pupil.stage.key in ("saved", "void", "signed", "reviewed")]
    assert len(saved) > 10
    for walk in saved:
        with undone():
            assert print_sheet(walk.file, by=walk.by_site).startswith(b"%PDF")


def test_the_guide_names_who_can_sign_in_and_whose_slip_is_at_hand(loaded: Loaded) -> None:
    guide = loaded.guide
    assert len(guide.known) == 7
    for pupil in guide.known:
        walk = next(walk for walk in loaded.walks if walk.pupil is pupil)
        account = row_of(walk).account
        assert account is not None
        assert account.check_password(KNOWN_LOGIN)
        assert walk.passwords[1] == KNOWN_SAVE
    [(pupil, code, pdf)] = guide.slips
    assert pdf.startswith(b"%PDF")
    one = pupil.person
    with undone():
        claim(
            season=loaded.walks[0].season,
            name=one.name,
            number=one.number,
            valid_to=one.valid_to,
            code=code,
            address="",
        )


def test_nobody_else_has_a_password_that_is_known(loaded: Loaded) -> None:
    others = [
        walk for walk in loaded.walks if walk.passwords[0] != KNOWN_LOGIN and "passwords" in walk.pupil.stage.acts
    ]
    assert len({walk.passwords for walk in others}) == len(others) > 10
    for walk in others[:10]:
        account = row_of(walk).account
        assert account is not None
        assert not account.check_password(KNOWN_LOGIN)


def test_there_is_staff_of_every_role_for_every_site(loaded: Loaded) -> None:
    roles = set(Staff.objects.values_list("role", "path"))
    for site in SITES:
        assert (Role.OPERATOR.value, site.path) in roles
        assert (Role.TEACHER.value, site.path) in roles
        assert (Role.COUNTY.value, site.path[:9]) in roles
        assert (Role.CITY.value, site.path[:6]) in roles
    assert (Role.PROVINCE.value, "43/") in roles


def test_a_name_that_no_font_draws_stands_as_a_picture_and_its_owner_has_said_yes(loaded: Loaded) -> None:
    walk = next(one for one in loaded.walks if one.pupil.person.name == expected.UNDRAWABLE)
    row = row_of(walk)
    image = name_image(row)
    assert image is not None
    assert image.answer == "yes"
    assert picture_of(image).startswith(b"\x89PNG")
    assert lacking(row.name) == ["\ue000"]
    with undone():
        assert print_sheet(row.pk, by=walk.by_site).startswith(b"%PDF")
        NameImage.objects.all().delete()  # control: without the picture there is no sheet
        with pytest.raises(Unprintable):
            print_sheet(row.pk, by=walk.by_site)


def test_somebody_has_declared_with_a_picture_that_opens(loaded: Loaded) -> None:
    for walk in loaded.walks:
        declared = newest_declaration(row_of(walk)) if walk.pupil.stage.acts else None
        assert (declared is not None) == (walk.pupil.stage.key == "declared"), walk.pupil.person.name
        if declared is not None:
            [paper] = pictures_of(row_of(walk)).values()
            assert (declared.kinds, picture_bytes(paper)[:2]) == (["LOCAL"], b"\xff\xd8")


def test_a_season_with_anybody_in_it_is_left_alone(loaded: Loaded) -> None:
    assert not is_empty(loaded.walks[0].season)


def test_four_have_other_documents_one_of_each_kind_and_wait_for_the_city(loaded: Loaded) -> None:
    """R24: seen at the site, no debt, and nobody has passed them."""
    rows = Registration.objects.exclude(document_kind="resident").order_by("document_kind")
    assert [row.document_kind for row in rows] == ["foreign", "hm_permit", "residence", "tw_permit"]
    for row in rows:
        assert (row.reading, row.debts, row.done_steps) == ("seen", 0, {"identity"})
        document = document_of(row)
        assert document.statement
        assert document_numbers.is_synthetic(document.kind, document.number)
    for walk in loaded.walks:
        if walk.pupil.other:
            with undone(), pytest.raises(NotOpen, match="用其他身份证件报考"):
                walk.do("pass")
