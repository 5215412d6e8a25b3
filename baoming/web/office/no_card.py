"""Who has no second-generation card yet (R25): nothing is entered; the desk says what to do first, and until when."""

from django.http import Http404, HttpResponse
from django.shortcuts import render

from baoming.registrations.document_queries import NoCard, no_card
from baoming.registrations.no_card_slips import no_card_slip
from baoming.registrations.services.slips import season_head
from baoming.schedule.queries import phase_times
from baoming.schedule.windows import PhaseTime
from baoming.shared.moments import moment
from baoming.web import headers
from baoming.web.access import OfficeRequest
from baoming.web.office.documents import document_choices


def guidance(request: OfficeRequest) -> HttpResponse:
    """What to tell somebody without a card, on the page or as a slip to take along; no file is opened."""
    words = no_card(request.season)
    if words is None:  # a season that was loaded before there were any
        raise Http404
    time = phase_times(request.season.pk, path=request.staff.path, clock=request.clock)["intake"]
    if request.GET.get("paper"):
        return _slip(request, words, come_back(time))
    context = {"words": words, "when": come_back(time), "documents": document_choices(request)}
    return render(request, "office/desk_no_card.html", context)


def come_back(time: PhaseTime) -> str:
    """Return by when to come back with the card, in a sentence."""
    if time.over:
        return "采集的时间已经结束，请联系县（市、区）招考机构。"
    if time.closes is None:
        return "采集的时间还没有公布。"
    return f"领到证件以后，请在{moment(time.closes)}以前到报名点采集。"


def _slip(request: OfficeRequest, words: NoCard, when: str) -> HttpResponse:
    here = request.staff.office
    paper = no_card_slip(
        words, when=when, site=(here.name, here.address, here.phone), season=season_head(request.season),
        made_at=request.clock.now,
    )  # fmt: skip
    return headers.pdf(paper, "no-card.pdf")
