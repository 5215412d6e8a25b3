"""Finding a row in the office's own area; what lies outside is not found."""

from uuid import UUID

from django.http import Http404

from baoming.registrations.models import Registration
from baoming.registrations.queries import within_reach
from baoming.shared.paths import next_sibling
from baoming.web.access import OfficeRequest


def one(request: OfficeRequest, registration_id: UUID) -> Registration:
    """Return a registration of this office's area; 404 for any other."""
    path = request.staff.path
    registration = within_reach(registration_id, request.season.pk, path, next_sibling(path))
    if registration is None:
        raise Http404
    registration.season = request.season
    return registration
