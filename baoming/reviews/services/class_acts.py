"""The acts that an office does for a whole class: the table of kinds, and the runner of their batches."""

from uuid import UUID

from baoming.audit.actors import Actor
from baoming.registrations.models import Batch, Registration, StepLog
from baoming.registrations.services import batches
from baoming.registrations.services.batches import JOB, Kind, Options
from baoming.registrations.services.class_sheets import MOST
from baoming.registrations.services.scans import keep_pages
from baoming.registrations.services.sheets import record_signature
from baoming.reviews.queries import facts_of, newest_assessment, site_submission
from baoming.reviews.readiness import why_not
from baoming.reviews.services.class_prints import log_chunk
from baoming.reviews.services.completion import complete_registration, reopen, review_finally, undo_final_review
from baoming.reviews.services.morals import assess_morals, withdraw_assessment
from baoming.reviews.services.signatures import void_signature
from baoming.reviews.services.submissions import submit_registration, withdraw_submission
from baoming.reviews.services.upward import CHUNK, freeze_chunk, seal
from baoming.reviews.upward_queries import KIND as UPWARD
from baoming.seasons.queries import season_clock
from baoming.shared.errors import Changed, Refused

_TURN = 10.0  # seconds that one job runs before the next in the queue has its turn


def run(batch_id: UUID, *, seconds: float = _TURN) -> None:
    """Run a batch chunk after chunk; after a while leave the rest to a job of its own. May run twice."""
    batches.run(batch_id, KINDS, job=JOB, seconds=seconds)


def undo(batch_id: UUID, *, reason: str, by: Actor) -> Batch:
    """Start undoing a batch, where its kind has a way back."""
    batch = Batch.objects.get(pk=batch_id)
    if KINDS[batch.kind].undo is None:
        raise Refused(f"{KINDS[batch.kind].title}不能整批撤销")
    return batches.undo_batch(batch_id, reason=reason, by=by)


def _sign(registration: Registration, options: Options, by: Actor) -> str:
    """`versions`: which version the list showed for each."""
    if "signature" in registration.done_steps:
        raise Refused("已经签字")
    version = options["versions"].get(str(registration.pk), 0)
    return str(record_signature(registration.pk, version=version, by=by).pk)


def _unsign(registration: Registration, made: str, reason: str, by: Actor) -> None:
    void_signature(registration.pk, signature_id=int(made), reason=reason, by=by)


def _keep(registration: Registration, options: Options, by: Actor) -> str:
    """`pages`: ids of the scanned pages that the list showed, for each."""
    return keep_pages(registration.pk, [UUID(pk) for pk in options["pages"].get(str(registration.pk), [])], by=by)


def _unkeep(registration: Registration, made: str, reason: str, by: Actor) -> None:
    if not made:
        raise Refused("签字以前已经登记，这一批只存了签字页，签字不撤销")
    _unsign(registration, made, reason, by)


def _assess(registration: Registration, options: Options, by: Actor) -> str:
    """`text`: for all; `own`: exceptions of single people; `seen`: id of the assessment that the grid showed."""
    pk = str(registration.pk)
    counts = newest_assessment(registration)
    if (counts.pk if counts else 0) != options["seen"].get(pk, 0):
        raise Changed("别人刚录入过这名考生的考核意见，请核对后再更正")
    own = {"qualified": True, "text": "", **options["own"].get(pk, {})}
    text = own["text"] or options["text"]
    return str(assess_morals(registration.pk, qualified=own["qualified"], text=text, by=by).pk)


def _unassess(registration: Registration, made: str, reason: str, by: Actor) -> None:
    withdraw_assessment(registration.pk, assessment_id=int(made), reason=reason, by=by)


def _submit(registration: Registration, options: Options, by: Actor) -> str:
    if site_submission(registration) is not None:
        raise Refused("已经上报")
    return str(submit_registration(registration.pk, by=by).pk)


def _unsubmit(registration: Registration, made: str, reason: str, by: Actor) -> None:
    withdraw_submission(registration.pk, submission_id=int(made), reason=reason, by=by)


def _complete(registration: Registration, options: Options, by: Actor) -> str:
    """`unsubmitted`: also those whom the site has not submitted."""
    if "completion" in registration.done_steps:
        raise Refused("县（市、区）已经完成")
    unsubmitted = bool(options.get("unsubmitted"))
    facts = facts_of([registration], clock=season_clock(registration.season_id))[registration.pk]
    if sentence := why_not("completion", facts, by.kind, unsubmitted=unsubmitted):
        raise Refused(sentence)
    complete_registration(registration.pk, by=by)
    return _completion(registration)


def _uncomplete(registration: Registration, made: str, reason: str, by: Actor) -> None:
    if "final_review" in registration.done_steps:
        raise Refused("市（州）已经终审，请在考生页上单独重新打开")
    if "completion" not in registration.done_steps or _completion(registration) != made:
        raise Refused("后来已经重新打开过，不用撤销")
    reopen(registration.pk, reason=reason, by=by)


def _completion(registration: Registration) -> str:
    """The line of the step log that tells of the newest completion."""
    rows = StepLog.objects.filter(registration=registration, step="completion", done=True)
    return str(rows.order_by("-id").values_list("pk", flat=True)[0])


def _review(registration: Registration, options: Options, by: Actor) -> str:
    if "final_review" in registration.done_steps:
        raise Refused("已经终审")
    return str(review_finally(registration.pk, by=by).pk)


def _unreview(registration: Registration, made: str, reason: str, by: Actor) -> None:
    undo_final_review(registration.pk, submission_id=int(made), reason=reason, by=by)


KINDS = {
    kind.key: kind
    for kind in (
        Kind(key="signature", title="登记签字", action="sign_sheet", act=_sign, undo=_unsign),
        Kind(key="scan", title="按签字页登记签字", action="sign_sheet", act=_keep, undo=_unkeep),
        Kind(key="moral", title="品德考核", action="assess_morals", act=_assess, undo=_unassess),
        Kind(key="submission", title="上报县区", action="submit", act=_submit, undo=_unsubmit),
        Kind(key="completion", title="县区完成", action="complete", act=_complete, undo=_uncomplete),
        Kind(key="review", title="市州终审", action="final_review", act=_review, undo=_unreview),
        Kind(key=UPWARD, title="上报省级", action="send_upward", act_on_chunk=freeze_chunk, end=seal, chunk=CHUNK),
        Kind(key="class_print", title="打印登记表", action="print_sheet", act_on_chunk=log_chunk, chunk=MOST),
    )
}
