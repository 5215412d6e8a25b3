"""Routes of the office portal's process."""

from django.urls import include, path

from baoming.web.gateway.health import healthz

urlpatterns = [
    path("healthz", healthz),
    path("", include("baoming.web.office.urls")),
]
handler400 = "baoming.web.errors.unreadable"
handler404 = "baoming.web.errors.not_found"
handler500 = "baoming.web.errors.defect"
