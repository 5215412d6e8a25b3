"""Routes of the candidate portal."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
handler404 = "baoming.web.errors.not_found"
handler500 = "baoming.web.errors.defect"
