"""Taking pictures of papers into the file: opened apart, drawn anew, sealed (R13, R30)."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

from django.core.files.storage import default_storage
from django.db import transaction

from baoming.audit.actors import Party
from baoming.forms.attached import Consent
from baoming.registrations.apart import read_page_apart
from baoming.registrations.attached_queries import DRAFT, EVIDENCE, drafts_of, pictures_of
from baoming.registrations.models import Evidence, Registration
from baoming.registrations.pages import Fault, PageRefused
from baoming.shared.errors import Invalid
from baoming.shared.services import insert, update

CONSENT = "consent"  # the tick that a picture needs
_SAID = {
    Fault.NO_PAGE: "不是JPG、PNG照片或PDF文件，请用手机拍照上传",
    Fault.TOO_MANY_PAGES: "PDF页数太多，请只传要的这一页",
}

Pictures = Mapping[str, bytes]  # purpose → JPEG as it is kept


def read_pictures(files: Mapping[str, bytes], consent: Consent, *, ticked: str) -> Pictures:
    """As `read_each`, for all or none. Raises Invalid."""
    found, errors = read_each(files, consent, ticked=ticked)
    if errors:
        raise Invalid(errors)
    return found


def read_each(files: Mapping[str, bytes], consent: Consent, *, ticked: str) -> tuple[Pictures, dict[str, str]]:
    """Return the files as pictures without anything else of them (place, device, second file), and what is wrong.

    To be called outside the transaction: opening takes up to seconds. Nothing is opened, and `consent` is at fault,
    unless the present version of it was ticked.
    """
    if ticked != consent.version:
        return {}, {CONSENT: "请读完说明，勾选同意以后再上传"}
    found, errors = {}, {}
    for purpose, content in files.items():
        try:
            page = read_page_apart(content, 0)
        except PageRefused as refusal:
            errors[purpose] = f"{_SAID.get(refusal.fault, refusal.fault.value)}，这个文件没有收下"
            continue
        if page.pages > 1:
            errors[purpose] = f"这个PDF有{page.pages}页，请只传要的这一页，或拍成照片"
            continue
        found[purpose] = page.jpeg
    return found, errors


def lost_of(registration: Registration, pictures: Pictures) -> set[UUID]:
    """Return which of the pictures that count, and are among `pictures` again, the storage has lost.

    To be called before `locked`: nobody waits for the storage.
    """
    sent = {(purpose, _digest(jpeg)) for purpose, jpeg in pictures.items()}
    counted = pictures_of(registration).items()
    return {one.pk for key, one in counted if (key, one.sha256) in sent and not EVIDENCE.is_there(one)}


def keep_drafts(
    registration: Registration, pictures: Pictures, consent: Consent, *, lost: Collection[UUID], at: datetime,
    by: Party = Party.CANDIDATE,
) -> None:  # fmt: skip
    """Keep pictures beside those that count, until `take_drafts`; older drafts of `by` are erased. After `locked`.

    What counts already, and is not `lost`, is kept no second time: it was sent twice.
    """
    mark = DRAFT[by]
    older = Evidence.objects.filter(registration=registration, purpose__in=[mark + purpose for purpose in pictures])
    for name in older.values_list("file", flat=True):
        transaction.on_commit(partial(default_storage.delete, name))
    older.delete()
    counted = pictures_of(registration).items()
    counting = {(purpose, one.sha256) for purpose, one in counted if one.pk not in lost}
    drafts = {mark + key: jpeg for key, jpeg in pictures.items() if (key, _digest(jpeg)) not in counting}
    keep_pictures(registration, drafts, consent, at=at, then=lambda _: None)


def take_drafts(
    registration: Registration, purposes: Collection[str], *, by: Party = Party.CANDIDATE
) -> list[Evidence]:
    """Let the drafts of `by` for `purposes` count, in place of what counted before; return them. After `locked`."""
    taken = [one for purpose, one in drafts_of(registration, by).items() if purpose in purposes]
    for one in taken:
        one.purpose = one.purpose.removeprefix(DRAFT[by])
        Evidence.objects.filter(registration=registration, purpose=one.purpose, current=True).update(current=False)
        update(one, "purpose")
    return taken


def keep_pictures(
    registration: Registration,
    pictures: Pictures,
    consent: Consent,
    *,
    at: datetime,
    then: Callable[[list[Evidence]], None],
) -> None:
    """Keep pictures as those that count, and do what stands on them. Call after `locked`.

    When `then` or a row is refused, the files go with the rows; what breaks later leaves a sealed file without
    a row, which harms nobody (`file_services`).
    """
    names: list[str] = []
    try:
        kept = [_keep(registration, purpose, jpeg, consent, at=at, names=names) for purpose, jpeg in pictures.items()]
        then(kept)
    except BaseException:
        for name in names:
            default_storage.delete(name)
        raise


def _keep(
    registration: Registration, purpose: str, jpeg: bytes, consent: Consent, *, at: datetime, names: list[str]
) -> Evidence:
    pk = uuid4()
    name = EVIDENCE.keep(pk, jpeg)
    names.append(name)
    Evidence.objects.filter(registration=registration, purpose=purpose, current=True).update(current=False)
    return insert(
        Evidence(
            id=pk, registration=registration, purpose=purpose, file=name, sha256=_digest(jpeg),
            at=at, consent=consent.version,
        )
    )  # fmt: skip


def _digest(jpeg: bytes) -> str:
    return hashlib.sha256(jpeg).hexdigest()
