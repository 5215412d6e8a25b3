"""Finding a row in the office's own area; what lies outside is not found."""

from uuid import UUID

from django.shortcuts import get_object_or_404

from baoming.registrations.models import Registration
from baoming.web.access import OfficeRequest


def one(request: OfficeRequest, registration_id: UUID) -> Registration:
    """Return a registration of this office's area; 404 for any other."""
    theirs = Registration.objects.filter(season=request.season).within(request.staff.path)
    registration = get_object_or_404(theirs.select_related("site"), pk=registration_id)
    registration.season = request.season
    return registration
