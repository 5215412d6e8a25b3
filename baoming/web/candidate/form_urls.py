"""Routes of the registration form: its pages, the check, the save, and what was saved."""

from django.urls import URLPattern, path

from baoming.web.candidate import attached, changes, forms, recovery

urlpatterns: list[URLPattern] = [
    path("form/", forms.form_start, name="form"),
    path("form/check", forms.form_check, name="form_check"),
    path("form/save", forms.form_save, name="form_save"),
    path("form/forgot", recovery.forgot_save, name="form_forgot"),
    path("form/<slug:key>", forms.form_page, name="form_page"),
    path("household/", attached.household, name="household"),
    path("declarations/", attached.declarations, name="declarations"),
    path("evidence/<slug:key>/", attached.evidence, name="evidence"),
    path("changes/", changes.changes, name="changes"),
    path("versions/", forms.versions, name="versions"),
    path("versions/<int:no>", forms.version, name="version"),
]
