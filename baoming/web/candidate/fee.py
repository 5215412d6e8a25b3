"""Paying the registration fee, and seeing the truth about it (R9, ux.md payment states)."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from baoming.payments.models import Order
from baoming.payments.queries import REGISTRATION_FEE, fee, newest_order
from baoming.payments.services import open_order, page_is_fresh
from baoming.registrations.queries import document_of
from baoming.shared.errors import Invalid
from baoming.shared.jobs import defer
from baoming.web.access import CandidateRequest, candidate_required

_SOON = timedelta(minutes=1)  # the cashier opens in seconds; after this the page says that it does not answer


@require_http_methods(["GET", "POST"])
@candidate_required
def registration_fee(request: CandidateRequest) -> HttpResponse:
    """Who, what for, how much, no refund; posting opens the order or its cashier anew, and the page follows it."""
    if request.method == "POST":
        order, _ = _orders(request)
        if order is None and not request.POST.get("no_refund"):
            return _page(request, Invalid({"no_refund": "请先阅读并勾选“我知道：报名费一经缴纳不退费”"}))
        open_order(request.registration.pk, REGISTRATION_FEE, by=request.actor)
        return redirect("candidate:fee")
    return _page(request)


@require_POST
@candidate_required
def ask_again(request: CandidateRequest) -> HttpResponse:
    """The candidate says they have paid: ask the cashier now."""
    order = newest_order(request.registration, REGISTRATION_FEE)
    if order is not None:
        defer("payments.ask", order_id=str(order.pk))
    return redirect("candidate:fee")


def _orders(request: CandidateRequest) -> tuple[Order | None, Order | None]:
    """Return the newest order as the open one, or as the closed one."""
    order = newest_order(request.registration, REGISTRATION_FEE)
    return (None, order) if order is not None and order.state == Order.State.CLOSED else (order, None)


def _page(request: CandidateRequest, refusal: Invalid | None = None) -> HttpResponse:
    registration = request.registration
    order, closed = _orders(request)
    context = {
        "errors": refusal.fields if refusal else {},
        "registration": registration,
        "number": document_of(registration).number,
        "amount": fee(request.season, REGISTRATION_FEE),
        "order": order,
        "closed": closed,
        "fresh": order is not None and page_is_fresh(order),
        "late": order is not None and order.opened_at is None and timezone.now() - order.created_at > _SOON,
        "done": REGISTRATION_FEE in registration.done_steps,
    }
    return render(request, "candidate/fee.html", context, status=422 if refusal else 200)
