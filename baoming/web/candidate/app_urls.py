"""Routes of the portal as an app: what the phone reads, and the pages that it keeps."""

from django.urls import path

from baoming.web.candidate import app

urlpatterns = [
    path("app.webmanifest", app.manifest, name="manifest"),
    path("worker.js", app.worker, name="worker"),
    path("offline/", app.offline, name="offline"),
    path("help/", app.help_page, name="help"),
    path("install/", app.install, name="install"),
]
