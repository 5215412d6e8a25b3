"""短信: a message sent again for one candidate, and which sender sends for everybody."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from baoming.messages.models import Shift
from baoming.messages.queries import measures, newest_shift, waiting_messages
from baoming.messages.routing import FEWEST, why_bad
from baoming.messages.services import senders as configured
from baoming.registrations.models import Registration
from baoming.registrations.services import messages
from baoming.shared.errors import NotOpen
from baoming.web.access import OfficeRequest, staff_may
from baoming.web.office.story import acted
from baoming.web.office.words import SMS_WHY

_SHIFTS = 20  # of the page


@require_POST
@staff_may("send_again")
def send_again(request: OfficeRequest, registration_id: UUID) -> HttpResponse:
    """One retry of one message, by a click on the candidate's page."""

    def act(registration: Registration) -> None:
        messages.send_again(registration.pk, _wanted(request.POST.get("message", "")), by=request.actor)

    return acted(request, registration_id, act, field="messages")


def _wanted(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotOpen("没有找到这条短信，请刷新页面再试") from None


@require_safe
@staff_may("see_senders")
def senders(request: OfficeRequest) -> HttpResponse:
    """Which sender sends, since when and why; what was measured of each in the last minutes; the changes before."""
    order, newest, now = list(configured.senders()), newest_shift(), timezone.now()
    current, since = (newest.provider, newest.at) if newest else (order[0] if order else "", None)
    found = measures(order, current, since, now=now)
    rows = [(name, configured.NAMES[name], seen, SMS_WHY.get(why_bad(seen), "")) for name, seen in found.items()]
    shifts = Shift.objects.order_by("-pk")[:_SHIFTS]
    context = {"rows": rows, "current": current, "newest": newest, "shifts": shifts, "names": configured.NAMES}
    return render(
        request, "office/senders.html", {**context, "why": SMS_WHY, "waiting": waiting_messages(), "fewest": FEWEST}
    )
