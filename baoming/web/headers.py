"""The headers that every answer carries: pages, redirects, refusals, defects and static files alike.

docs/security/hardening.md says what each is for; the policy for content is CONTENT_SECURITY_POLICY in the settings.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

# No page asks for any of these: a photo is taken by the phone's own camera, through a file box.
_UNUSED = (
    "accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "fullscreen", "geolocation", "gyroscope",
    "hid", "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "serial",
    "usb", "xr-spatial-tracking",
)  # fmt: skip
ALWAYS = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
# What was made out of a file that somebody sent: opened by itself it is a picture in an empty box, whatever it holds.
UPLOADED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
# What our own press made. Not in a sandbox: browsers show no PDF there, and the desk prints from the browser's viewer.
PRESSED = "default-src 'none'; object-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def complete_headers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Complete every answer, the outermost of all: what is kept by no cache unless it says otherwise itself."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in ALWAYS.items():
            response.headers[name] = value
        return response

    return answer


def jpeg(picture: bytes) -> HttpResponse:
    """Answer a photo. Its name says nothing about the person."""
    return _file(picture, "image/jpeg", "photo.jpg", UPLOADED)


def signed_page_jpeg(picture: bytes) -> HttpResponse:
    """Answer the picture of a signed page; named as `jpeg` is."""
    return _file(picture, "image/jpeg", "signed-page.jpg", UPLOADED)


def png(picture: bytes) -> HttpResponse:
    """Answer the picture of a name. The file's name is nobody's."""
    return _file(picture, "image/png", "name.png", UPLOADED)


def pdf(document: bytes, name: str, *, beside: bool = False) -> HttpResponse:
    """Answer a document to print; `name` tells what it is, never whose. `beside`: the page it was asked from stays."""
    return _file(document, "application/pdf", name, PRESSED, "attachment" if beside else "inline")


def _file(content: bytes, kind: str, name: str, policy: str, shown: str = "inline") -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'{shown}; filename="{name}"'
    response["Content-Security-Policy"] = policy
    return response
