"""At the desk of a site: file, eligibility, photo, number, slip; and finding people."""

from django.test import Client

from baoming.organizations.roles import Role
from baoming.registrations.models import NameImage, Photo, Registration
from baoming.registrations.queries import document_of
from baoming.registrations.services.intake import open_file
from baoming.registrations.services.name_images import photograph_name
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.retakes import ask_retake
from baoming.seasons.models import Season
from standins.cards import front
from standins.cards import photographed as photographed_card
from standins.faces import face
from tests import factories as make
from tests.audit.acts.register import act, at, card, of, own
from tests.audit.walking import Ask
from tests.registrations import confirmed
from tests.registrations.checked import answered
from tests.registrations.test_pass_photo import RED
from tests.reviews import files
from tests.web import test_card_twice as readings
from tests.web import test_segments_pages as segments
from tests.web.test_decisions import RULES
from tests.web.test_office import typed

RARE = "龙\ue000明"


def desk(row: Registration, place: str) -> str:
    return f"/desk/{row.pk}/{place}"


def operator() -> Client:
    make.season()
    return at(make.site(), Role.OPERATOR)


@act("office", "desk_card")
def open_by_card() -> Ask:
    return Ask(operator(), "/desk/card/", {"card": readings.reading(make.document(), nonce="n1")}, answers=(302,))


@act("office", "desk_typing")
def open_by_typing() -> Ask:
    return Ask(operator(), "/desk/typing/", typed(make.number()), answers=(302,))


@act("office", "desk_reread")
def reread() -> Ask:
    make.season()
    site = make.site()
    by = make.staff(site).actor
    row = open_file(make.document(), season=Season.objects.get(kind="demo"), site=site, by=by, reason="expired")
    return Ask(of(row), desk(row, "card/"), {"card": card(row)}, answers=(302,))


def unmatched() -> Registration:
    """A person who was typed, and whom the registers know by another name."""
    season, site = make.season(), make.site()
    row = open_file(make.document(), season=season, site=site, by=make.staff(site).actor, reason="expired")
    answered(row, "mismatch")
    return row


@act("office", "desk_check/retype")
def retype() -> Ask:
    row = unmatched()
    return Ask(of(row), desk(row, "check/"), typed(make.number()), answers=(302,))


@act("office", "desk_check/again")
def ask_again() -> Ask:
    row = unmatched()
    return Ask(of(row), desk(row, "check/"), {"act": "again"}, answers=(302,))


def judged(sent: dict[str, str]) -> Ask:
    row = files.opened()
    return Ask(of(row), desk(row, "review/"), sent, answers=(302,))


@act("office", "desk_review/pass")
def review() -> Ask:
    return judged({**RULES, "act": "pass"})


@act("office", "desk_review/return")
def give_back() -> Ask:
    return judged({"act": "return", "reason": "no_proof"})


@act("office", "desk_photo")
def photo() -> Ask:
    row = files.passed()
    return Ask(of(row), desk(row, "photo/"), files={"photo.jpg": face(1)}, answers=(302,))


@act("office", "desk_pass")
def let_pass() -> Ask:
    row = files.passed()
    take_photo(row.pk, RED, by=files.site(row), source="camera")
    sent = {"photo": str(Photo.objects.get().pk), "why": "medical", "seen": "左眼有敷料"}
    return Ask(of(row), desk(row, "photo/pass/"), sent, answers=(302,))


def nameless() -> Registration:
    """A person with a name that no font draws, and the name line of the card found."""
    make.season()
    row = make.registration(make.site(), name=RARE)
    photograph_name(row.pk, photographed_card(front(RARE)), by=files.site(row))
    return row


def framed(row: Registration) -> dict[str, str]:
    image = NameImage.objects.get(registration=row)
    return {"image": str(image.pk), **dict(zip(("left", "top", "width", "height"), map(str, image.box), strict=True))}


@act("office", "desk_name/photograph")
def photograph() -> Ask:
    make.season()
    row = make.registration(make.site(), name=RARE)
    return Ask(of(row), desk(row, "name/"), files={"front.jpg": photographed_card(front(RARE))}, answers=(302,))


@act("office", "desk_name/move")
def move() -> Ask:
    row = nameless()
    return Ask(of(row), desk(row, "name/"), {**framed(row), "move": "left:+"}, answers=(302,))


@act("office", "desk_name/confirm")
def confirm() -> Ask:
    row = nameless()
    seen = [value for key, value in framed(row).items() if key != "image"]
    return Ask(of(row), desk(row, "name/"), {**framed(row), "seen": ",".join(seen), "act": "confirm"}, answers=(302,))


def photographed() -> Registration:
    """A person who waits for a number."""
    make.season()
    row = make.registration(make.site(), done=make.before("number"))
    make.segment(row.site)
    return row


@act("office", "desk_number")
def number() -> Ask:
    row = photographed()
    return Ask(of(row), desk(row, "number/"), answers=(302,))


@act("office", "desk_number/alarm")
def alarming_number() -> Ask:
    """The fourth of five numbers."""
    make.season()
    site = make.site()
    segments.given(site, 1, 5)
    segments.issue(site, 3)
    row = make.registration(site, done=make.before("number"))
    return Ask(of(row), desk(row, "number/"), answers=(302,))


@act("office", "desk_slip")
def slip() -> Ask:
    row = photographed()
    issue_number(row.pk, by=files.site(row))
    return Ask(of(row), desk(row, "slip/"), answers=(200,))


def pictured() -> tuple[Registration, str]:
    row = files.passed()
    confirmed.photographed(row)
    return row, str(Photo.objects.get().pk)


@act("office", "retake")
def retake() -> Ask:
    row, taken = pictured()
    return Ask(of(row), own(row, "retake/"), {"photo": taken, "retake": "glare"}, answers=(302,))


@act("office", "keep_photo")
def keep_photo() -> Ask:
    row, taken = pictured()
    ask_retake(row.pk, Photo.objects.get().pk, reason="glare", by=files.site(row))
    return Ask(of(row), own(row, "retake/undo/"), {"photo": taken}, answers=(302,))


@act("office", "find")
def find() -> Ask:
    row = files.opened()
    return Ask(of(row), "/candidates/find/", {"wanted": document_of(row).number})


@act("office", "find/elsewhere")
def find_elsewhere() -> Ask:
    row = files.opened()
    return Ask(at(make.site("02"), Role.OPERATOR), "/candidates/find/", {"wanted": document_of(row).number})


@act("office", "confirm_person")
def confirm_person() -> Ask:
    make.season("sign_up")
    row = make.registration(make.site(), done=make.before("person_check"))
    return Ask(of(row), own(row, "person-check/"), {"card": card(row)}, answers=(302,))


@act("office", "correction")
def correction() -> Ask:
    row = confirmed.saved()
    return Ask(of(row), own(row, "correction/"), {"hours": "24"}, answers=(302,))


@act("office", "overflows")
def overflows() -> Ask:
    make.season()
    row = make.registration(make.site(), name="阿卜杜热合曼·阿卜杜热合曼·阿")
    return Ask(of(row), "/overflows/", answers=(200,))
