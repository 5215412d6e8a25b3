"""Routes of the candidate portal's process."""

from django.urls import URLPattern, URLResolver, path

from baoming.web.gateway.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [path("healthz", healthz)]
handler404 = "baoming.web.errors.not_found"
handler500 = "baoming.web.errors.defect"
