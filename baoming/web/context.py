"""What every page knows: season, its clock, and who is signed in."""

from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    return {}
