"""Routes of the candidate portal."""

from django.urls import include, path

from baoming.registrations.sheet_codes import ROUTE
from baoming.web.candidate import (
    browsers,
    cases,
    entry,
    fee,
    form_urls,
    messages,
    name,
    papers,
    person_check,
    public,
    recovery,
    steps,
    viewers,
)

app_name = "candidate"
urlpatterns = [
    path("", public.home, name="home"),
    path("sites/", public.sites, name="sites"),
    path("", include("baoming.web.candidate.app_urls")),
    path(f"{ROUTE}/<str:code>", public.sheet, name="sheet"),
    path("announcements/", public.announcements, name="announcements"),
    path("announcements/<uuid:announcement_id>/", public.announcement, name="announcement"),
    path("review-form/", papers.review_form, name="review_form"),
    path("review-form/blank/", papers.blank_review_form, name="review_form_blank"),
    path("no-card/", public.no_card, name="no_card"),
    path("paper-draft/", papers.paper_draft, name="paper_draft"),
    path("claim/", entry.first_login, name="claim"),
    path("sign-in/", entry.sign_in, name="sign_in"),
    path("forgot/", recovery.forgot_login, name="forgot_login"),
    path("sign-out/", entry.sign_out, name="sign_out"),
    path("browsers/", browsers.browsers, name="browsers"),
    path("care/", public.care, name="care"),
    path("tasks/", entry.tasks, name="tasks"),
    path("requests/", cases.requests, name="requests"),
    path("requests/new/<slug:kind>/", cases.new, name="request_new"),
    path("requests/<uuid:case_id>/", cases.one, name="request"),
    path("requests/<uuid:case_id>/notice/", cases.notice, name="request_notice"),
    path("requests/<uuid:case_id>/act/", cases.act, name="request_act"),
    path("messages/", messages.messages, name="messages"),
    path("viewers/", viewers.viewers, name="viewers"),
    path("name/", name.name, name="name"),
    path("name/picture/", name.picture, name="name_picture"),
    path("fee/", fee.registration_fee, name="fee"),
    path("fee/ask/", fee.ask_again, name="fee_ask"),
    path("person-check/", person_check.person_check, name="person_check"),
    path("phone/", steps.phone, name="phone"),
    path("phone/change/", recovery.change_phone, name="phone_change"),
    path("phone/site/", recovery.phone_at_site, name="phone_site"),
    path("passwords/", steps.passwords, name="passwords"),
    path("pledge/", steps.pledge, name="pledge"),
    *form_urls.urlpatterns,
]
