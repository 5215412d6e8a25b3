"""A file or an id that a form sent, or the sentence that says why there is none."""

from collections.abc import Iterable
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from baoming.shared.errors import Invalid, Refused

_MOST = 12 * 1024 * 1024  # what the upload handler keeps in memory; a larger file never reaches a view

_TOO_LARGE = "文件超过12MB，没有收到。请换一个小一些的文件"


def sent_file(request: HttpRequest, name: str, *, missing: str, too_large: str = _TOO_LARGE) -> "UploadedFile[bytes]":
    """Return the file of field `name`. Raises Refused: `missing`, or `too_large` to be taken at all."""
    file = request.FILES.get(name)
    if file is not None:
        return file
    if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST:
        raise Refused(too_large)
    raise Refused(missing)


def sent_files(request: HttpRequest, names: Iterable[str], *, too_large: str) -> dict[str, bytes]:
    """Return what was chosen in the fields `names`, by field.

    Raises Invalid for the first of them, `too_large`, where all together were too much: then none has come.
    """
    fields = list(names)
    if not request.FILES and int(request.META.get("CONTENT_LENGTH") or 0) > _MOST:
        raise Invalid({fields[0]: too_large})
    return {name: file.read() for name in fields if (file := request.FILES.get(name)) is not None}


def sent_id(request: HttpRequest, name: str) -> UUID:
    """Return the id of what the page showed. Raises Refused for what is none."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise Refused("请刷新页面，看过现在的内容再决定") from None
