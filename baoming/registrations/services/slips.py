"""The slip: the number and a one-time activation code, printed together (R8)."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from baoming.accounts.codes import code_digest, new_activation_code
from baoming.audit.actors import Actor
from baoming.audit.services import record
from baoming.documents.services import log_print
from baoming.organizations.models import Organization
from baoming.registrations.absent_queries import is_absent
from baoming.registrations.class_lists import PrintLine, SiteLine
from baoming.registrations.models import Activation, Registration
from baoming.registrations.name_image_queries import name_pictures
from baoming.registrations.queries import document_of
from baoming.registrations.services.steps import locked, refuse_if_stopped
from baoming.registrations.sheets import NumberSlip, SeasonHead, number_slips
from baoming.schedule.queries import phase_times
from baoming.seasons.models import Season
from baoming.seasons.queries import data, season_now
from baoming.shared.errors import NotOpen, Refused
from baoming.shared.moments import full_stamp, moment
from baoming.shared.money import yuan
from baoming.shared.services import insert
from baoming.shared.text import mask_document, serial

SLIP = "number_slip"  # kind in the print log


@transaction.atomic
def print_slip(registration_id: UUID, *, by: Actor) -> bytes:
    """Return the slip as PDF, with a new activation code; an older code is dead from now on.

    The code stands on the paper alone: only its digest is kept, and the PDF is kept nowhere.
    Raises NotOpen before the number is issued, and once both passwords are set; Refused for who cannot come: theirs
    goes to a guardian or by SMS, with reason and log (`handovers`).
    """
    registration = locked(registration_id)
    if is_absent(registration):
        raise Refused("这名考生因故不能到场，通知单不能直接打印。请到“因故不能到场”页交给监护人，或者用短信发激活码")
    return printed_slip(registration, by=by)


def printed_slip(registration: Registration, *, by: Actor) -> bytes:
    """As `print_slip`, whoever gets it. Call after `locked`."""
    code, running, now = new_slip_code(registration)
    log_print(registration.pk, SLIP, path=registration.path, version=running, content_hash="", at=now, by=by)
    record("print_slip", by=by, subject=registration.pk, path=registration.path, details={"slip": running})
    slip = _slip(registration, code=code, printed=PrintLine(at=full_stamp(now)[:16], by=by.label))
    return number_slips([slip], season=season_head(registration.season), made_at=now)


def new_slip_code(registration: Registration) -> tuple[str, int, datetime]:
    """Return a new activation code, the running number of its slip and the season's moment. Call after `locked`.

    An older code is dead from now on. Raises NotOpen as `print_slip` does.
    """
    refuse_if_stopped(registration)
    if registration.number is None:
        raise NotOpen("还没有报名序号，请先完成资格审核和照片采集，再发号")
    if "passwords" in registration.done_steps:
        raise NotOpen("考生已设置两个密码，不再需要激活码。忘记密码请按找回密码办理")
    now = season_now(registration.season_id)
    Activation.objects.filter(registration=registration, revoked_at=None, used_at=None).update(revoked_at=now)
    code = new_activation_code()
    running = Activation.objects.filter(registration=registration).count() + 1
    insert(Activation(registration=registration, digest=code_digest(code), slip=running, made_at=now))
    return code, running, now


def season_head(season: Season) -> SeasonHead:
    """Return what every sheet of the season carries; a season that is not real says so."""
    return SeasonHead(
        name=f"{season.name}考试",
        authority=season.authority,
        mark=None if season.is_real else season.get_kind_display(),
    )


def site_line(registration: Registration) -> SiteLine:
    return line_of(registration.site)


def line_of(site: Organization) -> SiteLine:
    """Return a site as papers name it."""
    return SiteLine(code=f"{site.parent.code}-{site.code}" if site.parent else site.code, name=site.name)


def _slip(registration: Registration, *, code: str, printed: PrintLine) -> NumberSlip:
    assert registration.number is not None
    closes = phase_times(registration.season_id, path=registration.path, subject=registration.pk)["sign_up"].closes
    deadline = moment(closes) if closes else "报名结束"
    county = registration.site.parent
    hotline = f"报名点 {registration.site.phone}" + (f"\n县招考机构 {county.phone}" if county else "")
    fee = next(item["fen"] for item in data(registration.season, "fees") if item["key"] == "registration_fee")
    return NumberSlip(
        serial=serial(registration.number),
        name=registration.name,
        name_image=name_pictures([registration]).get(registration.pk),
        masked=mask_document(document_of(registration).number),
        site=site_line(registration),
        code=code.replace("-", ""),
        valid=deadline,
        print=printed,
        url=settings.CANDIDATE_ORIGIN,
        fee=yuan(fee),
        deadline=deadline,
        hotline=hotline,
        qr=f"{settings.CANDIDATE_ORIGIN}/claim/",
    )
