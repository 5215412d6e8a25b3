"""A portal that answers before it commits: the control of test_kill. The product has no such switch."""

import os
import time
from collections.abc import Callable
from queue import Queue
from threading import Thread

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse

_COMMIT_TAKES = 20  # seconds: a disk that is busy
_PATIENCE = 60

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baoming.config.settings")


class AnswersFirst:
    """Stands where RequestTransaction stands, and hands the answer on before its transaction has ended."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answers: Queue[HttpResponse] = Queue()
        Thread(target=self._work, args=(request, answers), daemon=True).start()
        return answers.get(timeout=_PATIENCE)

    def _work(self, request: HttpRequest, answers: "Queue[HttpResponse]") -> None:
        try:
            with transaction.atomic():
                answers.put(self.get_response(request))
                time.sleep(_COMMIT_TAKES)
        finally:
            connections.close_all()


settings.MIDDLEWARE = [
    f"{__name__}.AnswersFirst" if name.endswith(".RequestTransaction") else name for name in settings.MIDDLEWARE
]
application = get_wsgi_application()
