"""可疑改动 (T2), as far as it meets the own area: what candidates say is not theirs, and bursts from one place."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baoming.registrations.queries import open_disputes, suspect_changes
from baoming.web.access import OfficeRequest, staff_may

_PLACES = {"device": "同一台设备", "address": "同一个网络地址"}


@require_safe
@staff_may("see_alarms")
def index(request: OfficeRequest) -> HttpResponse:
    """Frozen forms, who waits longest first; then the newest bursts with their people and versions."""
    lines = suspect_changes(request.season.pk, request.staff.path)
    found = [
        (alarm, _PLACES[alarm.place], list(people)) for alarm, people in groupby(lines, key=lambda line: line.alarm)
    ]
    frozen = open_disputes(request.season.pk, request.staff.path)
    return render(request, "office/alarms.html", {"alarms": found, "frozen": frozen})
