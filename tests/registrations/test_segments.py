"""R4: how a county's numbers are divided. The tables were written by hand from the mission, before the rule."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baoming.registrations.segments import (
    Allotted,
    SiteNeed,
    Span,
    Use,
    alarm_numbers,
    beside,
    clash,
    code_span,
    free_spans,
    minutes_left,
    propose,
    room_for,
    target,
    use_of,
)

CODE = code_span("0102")  # 1020001..1029999


def span(first: int, last: int) -> Span:
    """By serial, of code 0102."""
    return Span(1020000 + first, 1020000 + last)


def allotted(first: int, last: int, *, issued: int = 0, stopped: bool = False) -> Allotted:
    one = span(first, last)
    return Allotted(one.first, one.first + issued, one.last, stopped=stopped)


def test_a_code_has_9999_numbers() -> None:
    assert span(1, 9999) == CODE
    assert CODE.count == 9_999


# (already allotted, what is left)
FREE = [
    ([], [(1, 9999)]),
    ([(1, 620)], [(621, 9999)]),
    ([(100, 200), (1, 50)], [(51, 99), (201, 9999)]),
    ([(1, 5000), (5001, 9999)], []),
    ([(9999, 9999)], [(1, 9998)]),
]


@pytest.mark.parametrize(("taken", "left"), FREE)
def test_the_reserve_is_what_no_site_has(taken: list[tuple[int, int]], left: list[tuple[int, int]]) -> None:
    assert free_spans([CODE], [span(*one) for one in taken]) == [span(*one) for one in left]


def test_a_second_code_has_its_own_reserve() -> None:
    second = code_span("0199")
    assert free_spans([CODE, second], [span(1, 9999), Span(1990001, 1990010)]) == [Span(1990011, 1999999)]


# heads → numbers: up to tens, and 3 per cent in reserve, itself up to tens
@pytest.mark.parametrize(
    ("heads", "numbers"),
    [(0, 0), (1, 20), (10, 20), (60, 70), (333, 350), (334, 360), (480, 500), (520, 540), (560, 580), (600, 620),
     (830, 860), (850, 880), (9_700, 10_000)],
)  # fmt: skip
def test_numbers_for_so_many_heads(heads: int, numbers: int) -> None:
    assert target(heads, used=0, voided=0, reserve=3) == numbers


# Once as many have come as were expected, the estimate is what came and a tenth more; voids come on top.
@pytest.mark.parametrize(
    ("heads", "used", "voided", "reserve", "numbers"),
    [(600, 599, 0, 3, 620), (600, 600, 0, 3, 680), (600, 612, 3, 3, 703), (600, 300, 5, 3, 625), (600, 0, 0, 0, 600),
     (600, 0, 0, 20, 720), (0, 0, 0, 3, 0), (0, 5, 1, 3, 21)],
)  # fmt: skip
def test_numbers_for_a_site_that_has_begun(heads: int, used: int, voided: int, reserve: int, numbers: int) -> None:
    assert target(heads, used=used, voided=voided, reserve=reserve) == numbers


def rows(*needs: SiteNeed, codes: list[Span] | None = None, reserve: int = 3) -> dict[str, list[Span]]:
    return {row.key: list(row.added) for row in propose(needs, codes or [CODE], reserve=reserve).rows}


def test_sites_get_one_range_each_one_after_the_other_and_the_rest_stays() -> None:
    given = rows(SiteNeed("a", 600), SiteNeed("b", 830), SiteNeed("c", 480))
    assert given == {"a": [span(1, 620)], "b": [span(621, 1480)], "c": [span(1481, 1980)]}


def test_who_has_enough_gets_nothing() -> None:
    assert rows(SiteNeed("a", 600, segments=(allotted(1, 620, issued=300),)), SiteNeed("b", 0)) == {}


@pytest.mark.parametrize(("total", "more"), [(830, 30), (844, 16), (845, 0), (860, 0)])
def test_who_lacks_no_more_than_half_the_reserve_gets_nothing_either(total: int, more: int) -> None:
    given = rows(SiteNeed("a", 830, segments=(allotted(1, total),)))
    assert given == ({"a": [span(total + 1, total + more)]} if more else {})


def test_what_is_issued_stays_and_the_numbers_next_to_it_come_first() -> None:
    given = rows(
        SiteNeed("a", 10),  # comes first, yet leaves the room behind b alone
        SiteNeed("b", 600, segments=(allotted(1, 500, issued=480),)),
    )
    assert given == {"a": [span(621, 640)], "b": [span(501, 620)]}


def test_where_the_next_numbers_are_anothers_a_further_range_comes_from_the_reserve() -> None:
    given = rows(
        SiteNeed("a", 700, segments=(allotted(1, 620, issued=612),)),
        SiteNeed("b", 680, segments=(allotted(621, 1340),)),
    )
    assert given == {"a": [span(1341, 1450)]}  # 700 heads: 730


def test_the_rest_of_a_stopped_segment_counts_for_nobody() -> None:
    given = rows(SiteNeed("a", 100, segments=(allotted(1, 200, issued=40, stopped=True),)))
    assert given == {"a": [span(201, 270)]}  # 110 wanted, 40 there


def test_a_range_that_fits_nowhere_whole_comes_in_pieces_the_longest_first() -> None:
    given = rows(
        SiteNeed("a", 0, segments=(allotted(51, 9000), allotted(9101, 9999))), SiteNeed("b", 120), codes=[CODE]
    )
    assert given == {"b": [span(9001, 9100), span(1, 30)]}  # 130 wanted: 100 and 50 are free


def test_counts_that_do_not_fit_say_how_many_lack() -> None:
    plan = propose([SiteNeed("a", 6_000), SiteNeed("b", 6_000)], [CODE], reserve=3)
    assert [(row.key, row.count, row.missing) for row in plan.rows] == [("a", 6_180, 0), ("b", 3_819, 2_361)]
    assert (plan.wanted, plan.short) == (12_360, 2_361)


def test_with_a_second_code_they_fit() -> None:
    plan = propose([SiteNeed("a", 6_000), SiteNeed("b", 6_000)], [CODE, code_span("0199")], reserve=3)
    assert [row.added for row in plan.rows] == [(span(1, 6180),), (Span(1990001, 1996180),)]
    assert plan.short == 0


SITES = st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 30)), max_size=30)


@given(SITES, st.integers(0, 30))
def test_a_proposal_never_overlaps_and_gives_what_it_says(sites: list[tuple[int, int]], reserve: int) -> None:
    needs = [
        SiteNeed(str(place), heads, segments=(allotted(place * 100 + 1, place * 100 + 50, issued=issued),))
        for place, (heads, issued) in enumerate(sites)
    ]
    taken = [Span(one.first, one.last) for need in needs for one in need.segments]
    plan = propose(needs, [CODE], reserve=reserve)
    spans = sorted([*taken, *(added for row in plan.rows for added in row.added)])
    assert all(CODE.first <= one.first <= one.last <= CODE.last for one in spans)
    assert all(one.last < after.first for one, after in pairwise(spans))
    assert all(row.count + row.missing == row.wanted - row.has > 0 for row in plan.rows)
    if plan.short:  # then nothing is left
        assert sum(one.count for one in spans) == 9_999


def test_room_for_a_count() -> None:
    free = [span(100, 149), span(200, 260), span(7000, 9999)]
    assert room_for(50, free) == span(100, 149)
    assert room_for(61, free) == span(200, 260)
    assert room_for(62, free) == span(7000, 7061)
    assert room_for(3_001, free) is None
    assert beside(1020199, 30, free) == span(200, 229)
    assert beside(1020199, 62, free) is None
    assert beside(1020198, 30, free) is None


@pytest.mark.parametrize(
    ("first", "last", "other"), [(1, 99, None), (1, 100, (100, 149)), (149, 210, (100, 149)), (120, 130, (100, 149)),
                                 (1, 9999, (100, 149)), (150, 199, None), (261, 400, None)],
)  # fmt: skip
def test_who_is_in_the_way(first: int, last: int, other: tuple[int, int] | None) -> None:
    others = [span(100, 149), span(200, 260)]
    assert clash(span(first, last), others) == (span(*other) if other else None)


# (segments, use): a stopped rest is not at hand
USES = [
    ([], Use(total=0, issued=0, left=0, held=0)),
    ([allotted(1, 100, issued=30)], Use(100, 30, 70, 0)),
    ([allotted(1, 100, issued=100), allotted(201, 300)], Use(200, 100, 100, 0)),
    ([allotted(1, 100, issued=30, stopped=True), allotted(201, 300)], Use(200, 30, 100, 70)),
    ([allotted(1, 100, issued=30, stopped=True)], Use(100, 30, 0, 70, stopped=True)),
    ([allotted(1, 100, issued=100), allotted(201, 300, stopped=True)], Use(200, 100, 0, 100)),
]


@pytest.mark.parametrize(("segments", "use"), USES)
def test_the_use_of_a_site(segments: list[Allotted], use: Use) -> None:
    assert use_of(segments) == use


@pytest.mark.parametrize(
    ("issued", "left", "held", "level"),
    [(0, 0, 0, 0), (79, 21, 0, 0), (80, 20, 0, 80), (94, 6, 0, 80), (95, 5, 0, 95), (100, 0, 0, 95), (30, 0, 70, 95),
     (80, 15, 5, 80)],
)  # fmt: skip
def test_the_alarm_of_a_use(issued: int, left: int, held: int, level: int) -> None:
    assert Use(issued + left + held, issued, left, held).level == level


def test_a_site_that_is_stopped_altogether_has_no_alarm() -> None:
    assert Use(100, 95, 0, 5, stopped=True).level == 0


# (segments, at which number the 80th and 95th per cent are reached; None: reached already, or not here)
ALARMS = [
    ([allotted(1, 100)], [(80, 95)]),
    ([allotted(1, 100, issued=80)], [(None, 95)]),
    ([allotted(1, 100, issued=99)], [(None, None)]),
    ([allotted(1, 1)], [(1, 1)]),
    ([allotted(1, 620)], [(496, 589)]),
    ([allotted(1, 50, issued=50), allotted(201, 250)], [(None, None), (230, 245)]),
    ([allotted(1, 50), allotted(201, 250)], [(None, None), (230, 245)]),
    ([allotted(1, 90), allotted(201, 210)], [(80, None), (None, 205)]),
    ([allotted(1, 50, issued=10, stopped=True), allotted(201, 290)], [(None, None), (270, 285)]),
    ([allotted(1, 50, issued=10, stopped=True)], [(None, None)]),
    ([], []),
]


@pytest.mark.parametrize(("segments", "numbers"), ALARMS)
def test_the_numbers_that_ring(segments: list[Allotted], numbers: list[tuple[int | None, int | None]]) -> None:
    full = [tuple(1020000 + one if one else None for one in pair) for pair in numbers]
    assert alarm_numbers(segments) == full


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40), st.booleans()), min_size=1, max_size=5),
    st.sampled_from([80, 95]),
)
@example([(1, 0, False), (1, 0, True)], 80)
def test_what_rings_is_the_first_number_with_which_the_level_is_reached(
    shapes: list[tuple[int, int, bool]], percent: int
) -> None:
    begin = [place * 100 + 1 for place in range(len(shapes))]
    segments = [
        allotted(first, first + total - 1, issued=min(issued, total), stopped=stopped)
        for first, (total, issued, stopped) in zip(begin, shapes, strict=True)
    ]
    rings = {pair[percent == 95] for pair in alarm_numbers(segments)} - {None}
    before = use_of(segments).level
    while live := [place for place, one in enumerate(segments) if not one.stopped and one.next <= one.last]:
        one = segments[live[0]]
        segments[live[0]] = Allotted(one.first, one.next + 1, one.last, stopped=False)
        after = use_of(segments).level
        assert (before < percent <= after) == (one.next in rings)
        before = after


NOON = datetime(2022, 11, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "issued", "minutes", "said"),
    [(8, 41, 410, 80), (100, 10, 60, 600), (1, 60, 60, 1), (0, 60, 60, None), (10, 4, 60, None), (10, 50, 4, None),
     (10, 50, -5, None)],
)  # fmt: skip
def test_how_long_the_rest_lasts_at_todays_speed(left: int, issued: int, minutes: int, said: int | None) -> None:
    """Too few numbers, or too short a time, foretell nothing."""
    assert minutes_left(left, issued=issued, began=NOON - timedelta(minutes=minutes), now=NOON) == said
