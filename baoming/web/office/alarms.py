"""可疑改动: bursts of changes on several people from one place, as far as they meet the own area (T2)."""

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from baoming.registrations.queries import suspect_changes
from baoming.web.access import OfficeRequest, staff_may

_PLACES = {"device": "同一台设备", "address": "同一个网络地址"}


@require_safe
@staff_may("see_alarms")
def index(request: OfficeRequest) -> HttpResponse:
    """The newest bursts, each with its people and the versions they were changed to."""
    lines = suspect_changes(request.season.pk, request.staff.path)
    found = [
        (alarm, _PLACES[alarm.place], list(people)) for alarm, people in groupby(lines, key=lambda line: line.alarm)
    ]
    return render(request, "office/alarms.html", {"alarms": found})
