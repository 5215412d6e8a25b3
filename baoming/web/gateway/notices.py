"""Where the cashier's notices arrive."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from baoming.payments.providers.base import NoticeRefused, Reply
from baoming.payments.providers.wechat import WeChatPay
from baoming.payments.services import take_notice


@csrf_exempt  # the notice is signed; it comes from no browser
@require_POST
def wechat(request: HttpRequest) -> HttpResponse:
    """Answer only after the commit; what proves nothing is refused in one way."""
    try:
        take_notice(request.headers, request.body)
    except NoticeRefused:
        return _said(WeChatPay.refused)
    return _said(WeChatPay.taken)


def _said(reply: Reply) -> HttpResponse:
    return HttpResponse(reply.body, status=reply.status, content_type=reply.content_type)
