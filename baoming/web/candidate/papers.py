"""Papers that anybody prints, without signing in (R23). Nothing that is typed here is kept or logged."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from baoming.audit.actors import PARTY_NAMES
from baoming.registrations.form_queries import form_of
from baoming.registrations.paper_drafts import paper_drafts
from baoming.registrations.services.slips import season_head
from baoming.reviews import review_forms as forms
from baoming.reviews.case_queries import kinds_of
from baoming.seasons.models import Season, SeasonData
from baoming.seasons.queries import data
from baoming.shared.moments import BEIJING
from baoming.web import headers
from baoming.web.access import CandidateRequest


@require_http_methods(["GET", "POST"])
def review_form(request: CandidateRequest) -> HttpResponse:
    """The 报名资格审核表 filled on screen: the PDF at once, beside the page; what is to be mended at its field."""
    words = _words(request.season)
    typed: dict[str, list[str]] = {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        now, typed = request.clock.now, {key: request.POST.getlist(key) for key in request.POST}
        filled, errors = forms.clean(typed, words=words, today=now.astimezone(BEIJING).date())
        if not errors:
            pdf = forms.review_form(filled, words=words, season=season_head(request.season), made_at=now)
            return headers.pdf(pdf, "review-form.pdf", beside=True)
    context = {"words": words, "parts": forms.PARTS, "typed": typed, "errors": errors}
    return render(request, "candidate/review_form.html", context, status=422 if errors else 200)


@require_safe
def blank_review_form(request: CandidateRequest) -> HttpResponse:
    """The same form, blank."""
    season = request.season
    pdf = forms.review_form({}, words=_words(season), season=season_head(season), made_at=request.clock.now)
    return headers.pdf(pdf, "review-form-blank.pdf")


@require_safe
def paper_draft(request: CandidateRequest) -> HttpResponse:
    """The 报名信息采集草表 without a number: to make up one's mind and gather what the form asks."""
    season = request.season
    pdf = paper_drafts(form_of(season), [], season=season_head(season), made_at=request.clock.now)
    return headers.pdf(pdf, "paper-draft.pdf")


def _words(season: Season) -> forms.ReviewWords:
    try:
        said = data(season, "review_form")
    except SeasonData.DoesNotExist:  # a season that was loaded before there was one
        raise Http404 from None
    kind = kinds_of(season).get("migrant")  # the offices of the case are those that sign on the paper
    words = forms.ReviewWords(**said)
    return replace(words, levels=[(PARTY_NAMES[desk.by], desk.title) for desk in kind.chain]) if kind else words
