"""Who cannot come: the site sends a code, a photo comes by it, the slip goes to a guardian or by SMS."""

from django.test import Client

from tests.audit.acts.register import act, of
from tests.audit.walking import Ask
from tests.registrations import absent

GUARDIAN = {"act": "guardian", "guardian": "欧阳明", "relation": "父亲", "document": "居民身份证", "reason": "住院治疗"}


def asked(row: absent.Registration, sent: dict[str, str], *, status: int = 302) -> Ask:
    return Ask(of(row), f"/desk/{row.pk}/absent/", sent, answers=(status,))


@act("office", "desk_absent/issue")
def issue() -> Ask:
    return asked(absent.away(), {"act": "issue", "phone": absent.PHONE})


@act("office", "desk_absent/revoke")
def revoke() -> Ask:
    row = absent.away()
    absent.issued(row)
    return asked(row, {"act": "revoke"})


@act("office", "desk_absent/accept")
def accept() -> Ask:
    row = absent.away()
    absent.handed(row)
    return asked(row, absent.sent("accept", row))


@act("office", "desk_absent/return")
def give_back() -> Ask:
    row = absent.away()
    absent.handed(row)
    absent.forget_counts()
    return asked(row, absent.sent("return", row, retake="glare"))


@act("office", "desk_absent/guardian")
def guardian() -> Ask:
    return asked(absent.numbered(absent.away()), GUARDIAN, status=200)


@act("office", "desk_absent/sms")
def sms() -> Ask:
    row = absent.numbered(absent.away())
    absent.forget_counts()
    return asked(row, {"act": "sms", "reason": "住院治疗"})


@act("candidate", "hand_in/open")
def open_page() -> Ask:
    row = absent.away()
    absent.issued(row)
    return Ask(Client(), "/hand-in/", absent.opening(row), answers=(302,))


@act("candidate", "hand_in/picture")
def picture() -> Ask:
    row = absent.away()
    return Ask(absent.inside(row), "/hand-in/", {"act": "picture"}, files={"photo.jpg": absent.face(1)}, answers=(302,))


@act("candidate", "hand_in/hand_in")
def hand_in() -> Ask:
    row = absent.away()
    absent.issued(row)
    kept = absent.uploaded(row)
    return Ask(absent.inside(row), "/hand-in/", {"act": "hand_in", "seen": kept.sha256}, answers=(200,))
