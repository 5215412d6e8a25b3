"""Where a sender of SMS calls with what became of messages."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from baoming.messages.providers.base import ReceiptsRefused
from baoming.messages.services.receipts import take_receipts


@csrf_exempt  # the receipts are signed; they come from no browser
@require_POST
def sms(request: HttpRequest) -> JsonResponse:
    """Answer only after the commit; what proves nothing is refused in one way."""
    try:
        take_receipts(request.headers, request.body)
    except ReceiptsRefused:
        return JsonResponse({"code": "FAIL", "message": "refused"}, status=400)
    return JsonResponse({"code": "SUCCESS"})
