"""One page."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path


@login_required
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """One row by its key, for whoever is signed in."""
    return render(request, "group.html", {"group": get_object_or_404(Group, pk=pk)})


urlpatterns = [path("groups/<int:pk>/", group)]
