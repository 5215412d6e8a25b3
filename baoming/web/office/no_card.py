"""Who has no second-generation card yet (R25): nothing is entered; the desk says what to do first, and until when."""

from django.http import HttpResponse
from django.shortcuts import render

from baoming.registrations.document_queries import no_card
from baoming.schedule.queries import phase_times
from baoming.shared.moments import moment
from baoming.web.access import OfficeRequest
from baoming.web.office.documents import document_choices


def guidance(request: OfficeRequest) -> HttpResponse:
    """What to tell somebody without a card; no file is opened."""
    context = {
        "words": no_card(request.season),
        "when": come_back(request),
        "documents": document_choices(request),
    }
    return render(request, "office/desk_no_card.html", context)


def come_back(request: OfficeRequest) -> str:
    """Return by when to come back with the card, in a sentence; by the times of this site."""
    time = phase_times(request.season.pk, path=request.staff.path, clock=request.clock)["intake"]
    if time.over:
        return "采集的时间已经结束，请联系县（市、区）招考机构。"
    if time.closes is None:
        return "采集的时间还没有公布。"
    return f"领到证件以后，请在{moment(time.closes)}以前来报名点采集。"
