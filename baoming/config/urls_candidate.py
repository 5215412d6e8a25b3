"""Routes of the candidate portal's process."""

from django.urls import include, path

from baoming.web.gateway.health import healthz
from baoming.web.gateway.notices import wechat
from baoming.web.gateway.receipts import sms

urlpatterns = [
    path("healthz", healthz),
    path("notices/wechat", wechat),
    path("notices/sms", sms),
    path("", include("baoming.web.candidate.urls")),
]
handler400 = "baoming.web.errors.unreadable"
handler404 = "baoming.web.errors.not_found"
handler500 = "baoming.web.errors.defect"
