"""这是您的姓名吗: the candidate looks at the picture that stands for the name (ux.md, rule 26)."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from baoming.registrations.models import NameImage, Registration
from baoming.registrations.name_image_queries import images_of, lacking, picture_of
from baoming.registrations.services.name_images import answer_name
from baoming.shared.errors import Refused
from baoming.web.access import CandidateRequest, candidate_required
from baoming.web.headers import png
from baoming.web.uploads import sent_id


def own_image(registration: Registration) -> NameImage | None:
    """Return the picture that the site has confirmed, whatever the candidate says to it."""
    return next((image for image in images_of(registration) if image.current), None)


def shown_image(registration: Registration) -> NameImage | None:
    """Return it where the name cannot be shown as text; asks only then."""
    return own_image(registration) if lacking(registration.name) else None


@require_http_methods(["GET", "POST"])
@candidate_required
def name(request: CandidateRequest) -> HttpResponse:
    """Ask whether the picture is the name; a no is told to the site, which takes another."""
    error = ""
    if request.method == "POST":
        try:
            same = request.POST.get("same", "")
            if same not in ("yes", "no"):
                raise Refused("请选择“是我的姓名”或“不对”")
            answer_name(request.registration.pk, sent_id(request, "image"), same=same == "yes", by=request.actor)
            return redirect("candidate:tasks" if same == "yes" else "candidate:name")
        except Refused as refusal:
            error = str(refusal)
    image = own_image(request.registration)
    if image is None:
        return redirect("candidate:tasks")
    context = {"image": image, "errors": {"same": error} if error else {}, "site": request.registration.site}
    return render(request, "candidate/name.html", context, status=422 if error else 200)


@require_safe
@candidate_required
def picture(request: CandidateRequest) -> HttpResponse:
    """The own picture."""
    image = own_image(request.registration)
    if image is None:
        raise Refused("还没有姓名图片，请向报名点咨询")
    return png(picture_of(image))
