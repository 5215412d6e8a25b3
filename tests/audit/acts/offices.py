"""Sites, number segments, codes, rosters, announcements, season and audit."""

from uuid import uuid4

from django.test import Client

from baoming.audit.actors import Actor
from baoming.continuity.services import pause_season
from baoming.messages.models import Announcement
from baoming.organizations.models import Organization
from baoming.organizations.roles import Role
from baoming.registrations.models import NumberSegment
from baoming.registrations.services import extensions, segments
from baoming.registrations.services.county_codes import add_code
from baoming.schedule.extending import Scope, Wanted
from baoming.schedule.models import ExtensionRequest, Phase
from baoming.seasons.models import Season
from baoming.seasons.queries import season_now
from tests import factories as make
from tests.audit.acts.register import act, at, county, office_of, province
from tests.audit.walking import Ask
from tests.imports import files
from tests.web.conftest import signed_in
from tests.web.test_announcements import SAID, announced
from tests.web.test_segments_pages import COUNTY, fields_of

ROSTER = "学籍号,姓名,班级\nG990001200503170135,测试学生,高三（1）班".encode()


def given(first: int = 1, last: int = 100) -> NumberSegment:
    """A segment of the county's site; another site stands beside it."""
    make.season()
    make.site("02")
    season = Season.objects.get(kind="demo")
    span = {"first": 1020000 + first, "last": 1020000 + last}
    return segments.add_segment(season, make.site(), county=make.county(), by=COUNTY, **span)


def on(row: NumberSegment, kind: str, **sent: str) -> Ask:
    place = f"/segments/{row.site_id}/{kind}/"
    return Ask(at(make.county(), Role.COUNTY), place, {"segment": str(row.pk), **sent}, answers=(302,))


def neighbour() -> str:
    return str(Organization.objects.get(path="43/01/02/02/").pk)


@act("office", "segments_new")
def new_segment() -> Ask:
    client = county()
    place = f"/segments/{make.site().pk}/new/"
    return Ask(client, place, {"first": "01020001", "last": "01020100"}, answers=(302,))


@act("office", "segments_extend")
def extend() -> Ask:
    return on(given(), "extend", count="50")


@act("office", "segments_return")
def give_back() -> Ask:
    return on(given(), "return", count="10")


@act("office", "segments_split")
def split() -> Ask:
    return on(given(), "split", count="40", to=neighbour())


@act("office", "segments_reassign")
def reassign() -> Ask:
    return on(given(), "reassign", to=neighbour())


@act("office", "segments_stop/stop")
def stop() -> Ask:
    return on(given(), "stop", act="stop")


@act("office", "segments_stop/resume")
def resume_segment() -> Ask:
    row = given()
    segments.stop_segment(row.season, row.site, row.pk, county=make.county(), by=COUNTY)
    return on(row, "stop", act="resume")


@act("office", "segments_plan")
def plan() -> Ask:
    client = county()
    make.site()
    return Ask(client, "/segments/plan/", fields_of(client.get("/segments/plan/").content.decode()), answers=(302,))


@act("office", "open_site/expect")
def expect() -> Ask:
    client = county()
    return Ask(client, f"/sites/{make.site().pk}/open/", {"expected": "600", "act": "expect"}, answers=(302,))


@act("office", "open_site/open")
def open_site() -> Ask:
    client = county()
    return Ask(client, f"/sites/{make.site(opened=False).pk}/open/", {"expected": "60"}, answers=(302,))


@act("office", "codes/add")
def add() -> Ask:
    make.season()
    client = signed_in(Client(), province())
    return Ask(client, "/codes/", {"county": "0102", "code": "0199"}, answers=(302,))


@act("office", "codes/drop")
def drop() -> Ask:
    make.season()
    one = province()
    add_code(Season.objects.get(kind="demo"), make.county(), code="0199", by=one.actor)
    sent = {"county": "0102", "code": "0199", "act": "drop"}
    return Ask(signed_in(Client(), one), "/codes/", sent, answers=(302,))


def at_a_site() -> Client:
    make.season()
    return at(make.site(), Role.OPERATOR)


@act("office", "rosters")
def roster() -> Ask:
    return Ask(at_a_site(), "/rosters/", files={"file.csv": ROSTER}, answers=(200,))


@act("office", "rosters_take")
def take_roster() -> Ask:
    ask = roster()
    sealed = ask().content.decode().split('name="sealed" value="')[1].split('"')[0]
    return Ask(ask.client, "/rosters/take/", {"sealed": sealed, "filename": "file.csv"}, answers=(302,))


@act("office", "announcements/preview")
def preview() -> Ask:
    return Ask(county(), "/announcements/", {**SAID, "act": "preview"}, answers=(200,))


@act("office", "announcements/publish")
def publish() -> Ask:
    return Ask(county(), "/announcements/", {**SAID, "act": "publish", "key": str(uuid4())}, answers=(302,))


@act("office", "withdraw_announcement")
def withdraw() -> Ask:
    client = county()
    announced()
    place = f"/announcements/{Announcement.objects.get().pk}/withdrawal/"
    return Ask(client, place, answers=(302,))


@act("office", "clock")
def clock() -> Ask:
    make.season()
    return Ask(signed_in(Client(), province()), "/season/clock/", {"phase": "sign_up"}, answers=(302,))


def more_time() -> ExtensionRequest:
    """What a county asks for one of its sites."""
    season, site = make.season("sign_up"), make.site()
    ends = Phase.objects.get(season=season, key="sign_up").closes
    assert ends
    wanted = Wanted(Scope.SITE, site.path, "sign_up", None, ends + make.A_MINUTE, "学校停电")
    return extensions.ask_extension(season, wanted, by=make.staff(make.county(), Role.COUNTY).actor)


def decided(act: str, asked: ExtensionRequest) -> Ask:
    sent = {"act": act, "asked": str(asked.pk), "why": "已经来电"}
    return Ask(at(make.county(), Role.COUNTY), "/extensions/", sent, answers=(302,))


@act("office", "extensions/ask")
def ask_for_more_time() -> Ask:
    make.season("sign_up")
    sent = {
        "act": "ask", "phase": "sign_up", "whom": f"site:{make.site().path}", "closes": "2022-11-10T17:00",
        "opens": "", "reason": "学校停电",
    }  # fmt: skip
    return Ask(at(make.county(), Role.COUNTY), "/extensions/", sent, answers=(302,))


@act("office", "extensions/grant")
def grant_more_time() -> Ask:
    return decided("grant", more_time())


@act("office", "extensions/grant_end")
def grant_the_end() -> Ask:
    granted = extensions.grant(more_time().pk, by=make.staff(make.county(), Role.COUNTY).actor)
    asked = extensions.ask_end(granted.pk, reason="已经来电", by=make.staff(make.county(), Role.COUNTY).actor)
    return decided("grant", asked)


@act("office", "extensions/decline")
def decline_more_time() -> Ask:
    return decided("decline", more_time())


@act("office", "extensions/end")
def ask_for_the_end() -> Ask:
    asked = more_time()
    extensions.grant(asked.pk, by=make.staff(make.county(), Role.COUNTY).actor)
    return decided("end", asked)


@act("office", "pause/pause")
def pause() -> Ask:
    make.season("sign_up")
    sent = {"reason": "线路检修", "until": "", "extends": "yes"}
    return Ask(signed_in(Client(), province()), "/season/pause/", sent, answers=(302,))


@act("office", "pause/resume")
def resume() -> Ask:
    """One phase of candidates runs: it goes on for as long as the pause lasted."""
    season = make.season("sign_up")
    one = province()
    _paused(season, by=one.actor)
    return Ask(signed_in(Client(), one), "/season/pause/", {"act": "resume"}, answers=(302,))


def _paused(season: Season, *, by: Actor) -> None:
    pause_season(season.pk, reason="线路检修", until=None, extends=True, by=by)
    make.at(season_now(season.pk) + make.A_MINUTE * 5)


def auditor() -> Client:
    """Signed in by a session that the database itself finds."""
    make.season()
    return signed_in(Client(), province(Role.AUDIT_ADMIN))


@act("office", "audit")
def search() -> Ask:
    return Ask(auditor(), "/audit/", {"act": "sign_in"}, answers=(200,))


@act("office", "audit_export")
def export() -> Ask:
    return Ask(auditor(), "/audit/export/", {"act": "sign_in"}, answers=(200,))


@act("office", "audit_verify")
def verify() -> Ask:
    return Ask(auditor(), "/audit/verify/", answers=(302,))


def imported(stage: str = "checked") -> Ask:
    """A file of the county's with one line: good or bad, or applied."""
    make.season("intake")
    row = files.numbered(make.site(), 1)
    staff = make.staff(office_of(row, Role.COUNTY), Role.COUNTY)
    values = files.GOOD if stage != "bad" else [*files.GOOD[:4], "好"]
    made = files.staged(files.csv(files.line(row, *values)), staff.actor)
    if stage == "applied":
        files.applied(made, staff.actor)
    return Ask(signed_in(Client(), staff), f"/imports/{made.pk}/")


@act("office", "imports")
def check_import() -> Ask:
    ask = imported()
    content = files.csv(["01020001", "欧阳思远", *files.GOOD])
    return Ask(ask.client, "/imports/", {"kind": "physical"}, files={"file.csv": content}, answers=(302,))


@act("office", "imports_bad")
def bad_lines() -> Ask:
    ask = imported("bad")
    return Ask(ask.client, f"{ask.place}bad/", answers=(200,))


@act("office", "imports_apply")
def apply_import() -> Ask:
    ask = imported()
    return Ask(ask.client, f"{ask.place}apply/", answers=(302,))


@act("office", "imports_undo")
def undo_import() -> Ask:
    ask = imported("applied")
    return Ask(ask.client, f"{ask.place}undo/", {"reason": "导错了文件"}, answers=(302,))
