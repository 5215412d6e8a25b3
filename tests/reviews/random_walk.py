"""Random acts by random parties on a few people, and what must hold after each: journey, cases, returns, undos.

What must hold is asked of tests/fixtures/journey.json, written by hand, never of the code that is tried.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password
from django.db import transaction

from baoming.accounts.models import Account, Bucket, candidate_handle
from baoming.audit.actors import Actor
from baoming.registrations import journey
from baoming.registrations.form_queries import phone_context
from baoming.registrations.models import FormVersion, HoldRow, Photo, Registration, VoidedNumber
from baoming.registrations.services.numbers import issue_number
from baoming.registrations.services.photos import take_photo
from baoming.registrations.services.retakes import ask_retake, keep_photo
from baoming.registrations.services.sheets import open_correction, print_sheet, record_signature
from baoming.reviews import services as reviews
from baoming.reviews.case_queries import is_over, kinds_of
from baoming.reviews.cases import ELIGIBILITY, OPEN_STATES, Act, State, acts
from baoming.reviews.models import Case, CaseAct, EligibilityReview, MoralAssessment
from baoming.reviews.services.cases import act_on_case, open_case
from baoming.seasons.queries import season_now
from baoming.shared.errors import Refused
from baoming.vault.services import keys
from standins.faces import face
from tests import factories as make
from tests.forms.samples import FILLED
from tests.registrations import confirmed
from tests.registrations.test_journey import FIXTURE
from tests.registrations.test_save_form import BOUND_PHONE, PASSWORD, me, now, save, type_in
from tests.reviews.asking import ASKED, PROVINCE, hand_in, redraft
from tests.reviews.files import checks, office

PHASES = {"intake": 1, "sign_up": 2, "confirmation": 14, "submission": 2}
LEVELS = ("site", "county", "city")
NEEDS = {step["key"]: step["needs"] for step in FIXTURE["steps"]}
PEOPLE = 3
_RIGHT = 0.8
_PHOTOS = (face(3), face(5))
_ANSWERS = {
    **{key: value for raw in ASKED.values() for key, value in raw.items()},
    "experts": ["李医生"], "assessed": ["11月12日"], "assessment": ["需要大字号试卷"], "granted": ["large_print"],
    "grounds": ["符合规定"], "found": ["看了原件"], "ruling": ["认定相符"], "points": ["5"], "plan": ["national"],
    "guardian": ["欧阳父"], "relation": ["father"], "number": [],
    "rules": ["household", "roll", "not_enrolled", "not_barred", "same_person"],
}  # fmt: skip


_ENDING = ("withdrawal", "admitted", "deceased", "void_number")  # seldom, or hardly anybody would come to completion


class Broken(AssertionError):
    """Something that must hold does not. The message tells the seed, the act and what."""


@dataclass
class Walk:
    """One walk: the same seed takes the same way."""

    seed: int
    taken: list[str] = field(default_factory=list)  # acts that were not refused
    refused: list[str] = field(default_factory=list)  # the others, with what was said
    judged: list[str] = field(default_factory=list)  # acts of cases in which another office judges eligibility

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.people = [self._person(place) for place in range(PEOPLE)]
        self.versions = {row.pk: 0 for row in self.people}

    def _person(self, place: int) -> Registration:
        """Some begin at the form, some have signed: what is decided late is tried as often as what is decided early."""
        row = confirmed.ready() if place == 0 else self._another(place)
        if place:
            type_in(row)
            save(row)
        return row

    def _another(self, place: int) -> Registration:
        make.season("intake")
        row = make.registration(make.site(), number=make.number(900 + place))
        reviews.pass_eligibility(row.pk, checks=checks(row), by=office(row, "site"))
        take_photo(row.pk, _PHOTOS[0], by=office(row, "site"), source="camera")
        issue_number(row.pk, by=office(row, "site"))
        row = Registration.objects.get(pk=row.pk)
        row.done |= journey.pack(make.before("form"))
        handle = candidate_handle(row.season_id, bytes(row.number_blind))
        row.account = Account.objects.create(kind="candidate", handle=handle, save_password=make_password(PASSWORD))
        row.phone_sealed = keys().seal(BOUND_PHONE.encode(), context=phone_context(row.pk))
        row.save()
        make.season("sign_up")
        return row

    def go(self, steps: int) -> None:
        """Take `steps` acts; raise Broken where something does not hold after one."""
        for number in range(steps):
            row = Registration.objects.get(pk=self.dice.choice(self.people).pk)
            name = self.dice.choices(list(ACTS), weights=[weight for _, weight in ACTS.values()])[0]
            before = row.done_steps
            Bucket.objects.all().delete()  # how fast it is walked shall not say how it goes
            try:
                with transaction.atomic():
                    ACTS[name][0](self, row)
            except Refused as refusal:  # which takes back what the act began: there is nothing to look at
                self.refused.append(f"{name}: {refusal}")
            else:
                self.taken.append(name)
                self._look(row, before, f"seed {self.seed}, act {number + 1} ({name})")
        for row in Registration.objects.filter(pk__in=[one.pk for one in self.people]):
            self._look(row, row.done_steps, f"seed {self.seed}, after {steps} acts")

    def _look(self, row: Registration, before: frozenset[str], where: str) -> None:
        after = Registration.objects.select_related("season").get(pk=row.pk)
        held = HoldRow.objects.filter(registration=row, cleared_at=None).count()
        new = after.done_steps - before
        if "completion" in new and held:
            raise Broken(f"{where}: completed with {held} holds")
        if wanting := {key: need for key in new for need in NEEDS[key] if self._lacks(after, need)}:
            raise Broken(f"{where}: done before what they need: {wanting}")
        for gone in before - after.done_steps:
            if left := set(FIXTURE["returned"][gone][1:]) & after.done_steps - new:
                raise Broken(f"{where}: {gone} fell and {sorted(left)} stands on it")
        if held != after.held + after.debts:
            raise Broken(f"{where}: the row counts {after.held + after.debts} holds, there are {held}")
        self._versions(after, where)
        self._number(row, after, where)
        self._judge(after, where)
        self._lose_nothing(after, where)

    @staticmethod
    def _lacks(row: Registration, need: str) -> bool:
        step = journey.STEPS[need]
        applies = step.applies is journey.Trait.ALL or step.applies in row.trait_set
        return applies and need not in row.done_steps

    @staticmethod
    def _judge(row: Registration, where: str) -> None:
        """Whoever has the case has the file, and who has passed is not being judged."""
        judging = [key for key, kind in kinds_of(row.season).items() if kind.effect == ELIGIBILITY]
        cases = Case.objects.filter(registration=row, kind__in=judging, state__in=OPEN_STATES)
        waiting = [one.holder for one in cases if one.state == State.WAITING]
        if (row.approval_since is not None) != bool(waiting) or waiting not in ([], [row.decider]):
            raise Broken(f"{where}: {row.decider} has the file, the case waits with {waiting}")
        if cases and "eligibility" in row.done_steps:
            raise Broken(f"{where}: eligibility has passed while it is judged")

    @staticmethod
    def _lose_nothing(row: Registration, where: str) -> None:
        """What holds somebody who goes on was ended by somebody: no stop that was undone lets it vanish."""
        holding = [key for key, kind in kinds_of(row.season).items() if kind.holds is not None]
        ended = CaseAct.objects.filter(
            case__registration=row, case__kind__in=holding, act=Act.WITHDRAW, by_kind="system"
        )
        lost = [one.case.kind for one in ended.select_related("case") if one.number == one.case.newest]
        if row.stopped_at is None and lost:
            raise Broken(f"{where}: {lost} ended with a stop that was undone")

    def _versions(self, row: Registration, where: str) -> None:
        kept = list(FormVersion.objects.filter(registration=row).order_by("number").values_list("number", flat=True))
        if kept != list(range(1, row.version + 1)) or row.version < self.versions[row.pk]:
            raise Broken(f"{where}: versions {kept}, the newest is {row.version}")
        self.versions[row.pk] = row.version

    @staticmethod
    def _number(before: Registration, row: Registration, where: str) -> None:
        gone = before.number if before.number != row.number else None
        if gone is not None and not VoidedNumber.objects.filter(number=gone, registration=row).exists():
            raise Broken(f"{where}: number {gone} is gone and was not voided")
        if gone is not None and not Case.objects.filter(registration=row, kind="void_number", state="granted").exists():
            raise Broken(f"{where}: number {gone} is gone without a case")

    def somebody(self, row: Registration) -> Actor:
        """The candidate, an office of theirs, or the province."""
        return self.by(row, self.dice.choice(("candidate", *LEVELS, "province")))

    @staticmethod
    def by(row: Registration, party: str) -> Actor:
        return me(row) if party == "candidate" else PROVINCE if party == "province" else office(row, party)

    def at(self, row: Registration, right: str = "site") -> Actor:
        """Mostly the office that may, else any: or hardly anything would be done."""
        return office(row, right if self.dice.random() < _RIGHT else self.dice.choice(LEVELS))


Do = Callable[[Walk, Registration], object]


def _phase(walk: Walk, _: Registration) -> None:
    make.season(walk.dice.choices(list(PHASES), weights=PHASES.values())[0])


def _save(walk: Walk, row: Registration) -> None:
    type_in(row, {**FILLED, "postcode": [str(410000 + walk.dice.randrange(20))]})
    save(row, revision=now(row))


def _print(_: Walk, row: Registration) -> None:
    print_sheet(row.pk, by=office(row, "site"))


def _sign(walk: Walk, row: Registration) -> None:
    """Mostly on a sheet that was printed for it."""
    if row.printed_version != row.version and walk.dice.random() < _RIGHT:
        _print(walk, row)
    record_signature(row.pk, version=row.version, by=office(row, "site"))


def _photo(_: Walk, row: Registration) -> None:
    """Another than the last: one that was found to show somebody else is never taken again."""
    picture = _PHOTOS[Photo.objects.filter(registration=row).count() % len(_PHOTOS)]
    take_photo(row.pk, picture, by=office(row, "site"), source="camera")


def _retake(walk: Walk, row: Registration) -> None:
    photo = Photo.objects.filter(registration=row, current=True).first()
    if photo is not None:
        act = walk.dice.choice((ask_retake, keep_photo))
        if act is ask_retake:
            ask_retake(row.pk, photo.pk, reason="not_them", by=walk.at(row))
        else:
            keep_photo(row.pk, photo.pk, by=walk.at(row))


def _undo_review(walk: Walk, row: Registration) -> None:
    last = EligibilityReview.objects.filter(registration=row, undone_at=None).order_by("-id").first()
    if last is not None:
        reviews.undo_review(row.pk, review_id=last.pk, reason="点错了", by=walk.at(row))


def _open(walk: Walk, row: Registration) -> None:
    found = kinds_of(row.season)
    above = [key for key, one in found.items() if one.effect == ELIGIBILITY]
    open_above = "eligibility" not in row.done_steps and walk.dice.random() < _RIGHT
    among = above if open_above else list(found)
    kind = walk.dice.choices(among, weights=[1 if key in _ENDING else 5 for key in among])[0]
    if kind == "correction":
        redraft(row, str(410000 + walk.dice.randrange(20)))
    raw = {**_ANSWERS, "name": [walk.dice.choice(("欧阳思源", "欧阳思远", "欧阳思园"))]}
    opens = [party for party in found[kind].opens if walk.dice.random() < _RIGHT]
    by = walk.by(row, walk.dice.choice(opens)) if opens else walk.somebody(row)
    hand_in(row, kind, by)
    open_case(row.pk, kind, raw=raw, by=by)
    if kind in above:
        walk.judged.append("open")


def _act(walk: Walk, row: Registration) -> None:
    """Mostly on what is open, and mostly by who has it: else hardly anything would come to its end."""
    rows = list(Case.objects.filter(registration=row).order_by("opened_at", "pk"))
    rows = [one for one in rows if one.state in OPEN_STATES or walk.dice.random() < 0.2]
    if rows:
        case = walk.dice.choice(rows)
        by = walk.by(row, case.holder) if case.holder and walk.dice.random() < _RIGHT else walk.somebody(row)
        raw = {**_ANSWERS, "name": ["欧阳思源"]}
        kind = kinds_of(row.season)[case.kind]
        open_now = sorted(acts(kind, case.standing, by.kind, now=season_now(row.season_id), over=is_over(row, kind)))
        act = walk.dice.choice(open_now if open_now and walk.dice.random() < _RIGHT else list(Act))
        seen = case.newest if walk.dice.random() < 0.95 else case.newest - 1
        raw = {**_ANSWERS, "name": ["欧阳思源"]}
        act_on_case(case.pk, act, seen=seen, by=by, reason="other", note="随机的一步", raw=raw)
        if kind.effect == ELIGIBILITY:
            walk.judged.append(act)


def _withdraw_assessment(walk: Walk, row: Registration) -> None:
    if MoralAssessment.objects.filter(registration=row).exists():
        reviews.withdraw_assessment(row.pk, reason="写错了", by=walk.at(row))


ACTS: dict[str, tuple[Do, int]] = {
    "phase": (_phase, 4),
    "save": (_save, 2),
    "print": (_print, 4),
    "sign": (_sign, 24),
    "photo": (_photo, 4),
    "retake": (_retake, 2),
    "number": (lambda walk, row: issue_number(row.pk, by=office(row, "site")), 6),
    "correction": (lambda walk, row: open_correction(row.pk, hours=24, by=walk.at(row)), 1),
    "pass": (lambda walk, row: reviews.pass_eligibility(row.pk, checks=checks(row), by=walk.at(row)), 8),
    "return": (lambda walk, row: reviews.return_eligibility(row.pk, reason="no_proof", note="", by=walk.at(row)), 2),
    "open review": (lambda walk, row: reviews.open_review(row.pk, hours=72, reason="补", by=walk.at(row, "county")), 4),
    "undo review": (_undo_review, 2),
    "assess": (lambda walk, row: reviews.assess_morals(
        row.pk, qualified=walk.dice.random() < 0.9, text="遵纪守法", by=walk.at(row)), 12),
    "take back assessment": (_withdraw_assessment, 1),
    "complete": (lambda walk, row: reviews.complete_registration(row.pk, by=walk.at(row, "county")), 30),
    "reopen": (lambda walk, row: reviews.reopen(row.pk, reason="有误", by=walk.at(row, "county")), 2),
    "final review": (lambda walk, row: reviews.review_finally(row.pk, by=walk.at(row, "city")), 8),
    "undo final review": (lambda walk, row: reviews.undo_final_review(
        row.pk, reason="有误", by=walk.at(row, "city")), 1),
    "undo withdrawal": (lambda walk, row: reviews.undo_withdrawal(row.pk, reason="有误", by=walk.at(row, "county")), 8),
    "open a case": (_open, 14),
    "act on a case": (_act, 40),
}  # fmt: skip
