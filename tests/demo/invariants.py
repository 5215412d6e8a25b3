"""What holds of every registration, whoever wrote it: each function returns what is wrong, by person."""

from collections.abc import Callable, Iterator
from datetime import datetime

from baoming.audit.models import Event
from baoming.documents.models import Print
from baoming.forms.definition import content_hash
from baoming.payments.models import Notice, Order
from baoming.registrations import journey
from baoming.registrations.form_queries import bound_phone, draft_of, form_of, typed_of, values_of, versions_of
from baoming.registrations.models import HoldRow, NumberSegment, Registration, Signature
from baoming.registrations.queries import current_photo, document_of, photo_bytes, roll_number_of, step_log
from baoming.reviews.queries import last_submission, moral_of

Found = Iterator[str]


def broken(rows: list[Registration], now: datetime) -> list[str]:
    """Return everything that does not hold, one sentence each."""
    found = [f"{row.name}: {what}" for row in rows for check in CHECKS for what in check(row, now)]
    return [*found, *numbers_do_not_fit(rows)]


def log_and_bits(row: Registration, now: datetime) -> Found:
    done: set[str] = set()
    last = None
    for line in step_log(row):
        (done.add if line.done else done.discard)(line.step)
        if last and line.at < last:
            yield f"the log goes back in time at {line.step}"
        last = line.at
        if line.at > now:
            yield f"{line.step} is done in the future"
    if done != row.done_steps:
        yield f"bits and log differ: {sorted(done ^ row.done_steps)}"
    if row.current_step != journey.current_step(row.done_steps, row.trait_set):
        yield f"current step {row.current_step}"
    for key in row.done_steps:
        state = journey.State(done=row.done_steps, phases={}, traits=row.trait_set)
        if state.missing(key):
            yield f"{key} is done without {state.missing(key)}"


def each_step_has_its_event(row: Registration, now: datetime) -> Found:
    lines = sorted(f"{'step' if line.done else 'undo'}:{line.step}" for line in step_log(row))
    events = Event.objects.filter(subject=row.pk, verb__regex="^(step|undo):").values_list("verb", flat=True)
    if lines != sorted(events):
        yield "log and events differ"


def what_is_sealed_opens(row: Registration, now: datetime) -> Found:
    if document_of(row).sex != row.sex:
        yield "the document is another's"
    by_card = row.document_kind == "resident"  # the school's number is made of it
    if by_card and roll_number_of(row.roster_entry)[1:18] != document_of(row).number[:17]:
        yield "the roster's row is another's"
    if bool(bound_phone(row)) != ("phone" in row.done_steps):
        yield "phone"
    photo = current_photo(row)
    if (photo is not None) != ("photo" in row.done_steps) or (photo and photo_bytes(photo)[:2] != b"\xff\xd8"):
        yield "photo"
    moral = moral_of(row)
    if (moral is not None) != ("moral_assessment" in row.done_steps):
        yield "moral assessment"
    draft = draft_of(row)
    if draft and not typed_of(row, draft).raw:
        yield "the draft is empty"


def versions_are_whole(row: Registration, now: datetime) -> Found:
    versions = versions_of(row)
    if [one.number for one in versions] != list(range(row.version, 0, -1)):
        yield "numbers of versions"
    for one in versions:
        values = values_of(one)
        if content_hash(values) != one.content_hash:
            yield f"hash of version {one.number}"
        raw_problems = form_of(row.season).clean(
            typed_of(row, None).raw if one.number == row.version else {}, bound_phone=bound_phone(row)
        )[1]
        if one.number == row.version and raw_problems:
            yield f"the newest version has problems: {raw_problems}"
    if versions and versions[0].at != row.saved_at:
        yield "saved_at"


def prints_and_signatures(row: Registration, now: datetime) -> Found:
    valid = Print.objects.filter(subject=row.pk, kind="registration_form", voided_at=None).first()
    signature = Signature.objects.filter(registration=row, voided_at=None).first()
    if (signature is not None) != ("signature" in row.done_steps) or bool(row.signed_version) != bool(signature):
        yield "signature"
    if valid and valid.version != row.version:
        yield "a print that counts shows an older version"
    if signature and (valid is None or signature.print_id != valid.pk or signature.version.number != row.version):
        yield "the signature is of another print"
    submission = last_submission(row)
    if submission and submission.content_hash != versions_of(row)[0].content_hash:
        yield "what was submitted is not what was saved"


def money(row: Registration, now: datetime) -> Found:
    orders = list(Order.objects.filter(registration=row))
    paid = [one for one in orders if one.state == "paid"]
    if len(paid) != ("registration_fee" in row.done_steps):
        yield "paid orders and the step differ"
    for one in paid:
        notices = Notice.objects.filter(order=one)
        if [(notice.transaction, notice.amount) for notice in notices] != [(one.transaction, one.amount)]:
            yield "the order has no notice of its own"
        if one.ask_at is not None:
            yield "a settled order is looked after"


def debts(row: Registration, now: datetime) -> Found:
    expired = document_of(row).valid_to
    owes = row.reading == "typed" or (expired is not None and expired < row.read_at.date())
    held = HoldRow.objects.filter(registration=row, kind="reverification", cleared_at=None).exists()
    if owes != held:
        yield "debt"


def numbers_do_not_fit(rows: list[Registration]) -> list[str]:
    """Every number lies in a segment of its own site, and each segment has issued exactly those up to `next`."""
    wrong = []
    for segment in NumberSegment.objects.all():
        theirs = sorted(row.number for row in rows if row.number and segment.first <= row.number <= segment.last)
        if theirs != list(range(segment.first, segment.next)):
            wrong.append(f"{segment} has issued other numbers than its people have")
        for row in rows:
            if row.number in range(segment.first, segment.next) and row.site_id != segment.site_id:
                wrong.append(f"{row.name}: number of another site")
    issued = sum(segment.issued for segment in NumberSegment.objects.all())
    if issued != len([row for row in rows if row.number]):
        wrong.append("there are numbers outside every segment")
    return wrong


CHECKS: tuple[Callable[[Registration, datetime], Found], ...] = (
    log_and_bits,
    each_step_has_its_event,
    what_is_sealed_opens,
    versions_are_whole,
    prints_and_signatures,
    money,
    debts,
)
