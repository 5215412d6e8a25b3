"""Routes of the office portal."""

from django.urls import path

from baoming.web.office import candidates, confirmation, decisions, desk, entry, rosters, season, sites, voids

app_name = "office"
urlpatterns = [
    path("sign-in/", entry.sign_in, name="sign_in"),
    path("sign-out/", entry.sign_out, name="sign_out"),
    path("", entry.today, name="today"),
    path("candidates/", candidates.index, name="candidates"),
    path("candidates/find/", candidates.find, name="find"),
    path("candidates/<uuid:registration_id>/", candidates.candidate, name="candidate"),
    path("candidates/<uuid:registration_id>/photo/", desk.photo_file, name="photo_file"),
    path("candidates/<uuid:registration_id>/person-check/", confirmation.person_check, name="confirm_person"),
    path("candidates/<uuid:registration_id>/sheet/", confirmation.sheet, name="sheet"),
    path("candidates/<uuid:registration_id>/signature/", confirmation.signature, name="signature"),
    path("candidates/<uuid:registration_id>/correction/", confirmation.correction, name="correction"),
    path("candidates/<uuid:registration_id>/moral/", confirmation.moral, name="moral"),
    path("candidates/<uuid:registration_id>/completion/", confirmation.completion, name="completion"),
    path("candidates/<uuid:registration_id>/reopening/", confirmation.reopening, name="reopening"),
    path("candidates/<uuid:registration_id>/final-review/", confirmation.final_review, name="final_review"),
    path("candidates/<uuid:registration_id>/void/", voids.void, name="void_number"),
    path("candidates/<uuid:registration_id>/eligibility/", decisions.decide, name="decide"),
    path("candidates/<uuid:registration_id>/review-time/", decisions.review_time, name="review_time"),
    path("candidates/<uuid:registration_id>/transfer/", decisions.transfer, name="transfer"),
    path("candidates/<uuid:registration_id>/withdrawal/", decisions.withdrawal, name="withdrawal"),
    path("candidates/<uuid:registration_id>/undo/", decisions.undo, name="undo"),
    path("desk/", desk.queue, name="desk"),
    path("desk/card/", desk.open_by_card, name="desk_card"),
    path("desk/typing/", desk.open_by_typing, name="desk_typing"),
    path("desk/<uuid:registration_id>/", desk.file, name="desk_file"),
    path("desk/<uuid:registration_id>/card/", desk.reread, name="desk_reread"),
    path("desk/<uuid:registration_id>/review/", desk.review, name="desk_review"),
    path("desk/<uuid:registration_id>/photo/", desk.photo, name="desk_photo"),
    path("desk/<uuid:registration_id>/number/", desk.number, name="desk_number"),
    path("desk/<uuid:registration_id>/slip/", desk.slip, name="desk_slip"),
    path("rosters/", rosters.index, name="rosters"),
    path("rosters/take/", rosters.take, name="rosters_take"),
    path("sites/", sites.index, name="sites"),
    path("sites/<uuid:site_id>/open/", sites.opening, name="open_site"),
    path("sites/<uuid:site_id>/segments/", sites.new_segment, name="new_segment"),
    path("season/clock/", season.clock, name="clock"),
]
