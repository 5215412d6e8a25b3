"""Where the cashier's notices arrive."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from baoming.payments.providers.base import NoticeRefused
from baoming.payments.services import take_notice


@csrf_exempt  # the notice is signed; it comes from no browser
@require_POST
def wechat(request: HttpRequest) -> JsonResponse:
    """Answer only after the commit; what proves nothing is refused in one way."""
    try:
        take_notice(request.headers, request.body)
    except NoticeRefused:
        return JsonResponse({"code": "FAIL", "message": "refused"}, status=400)
    return JsonResponse({"code": "SUCCESS"})
