"""还缺什么: what keeps people from being completed and sent upward, by reason with counts and names (R22).

Told from the columns of the registration alone, in one question of a county: a person stands under every reason
that an office or the candidate can see to now, and not under what only comes after one of them.
"""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Q, QuerySet
from django.db.models.lookups import Exact

from baoming.registrations.journey import BITS, Trait
from baoming.registrations.models import Registration

_ON_THE_WAY = ("intake", "form", "sign", "moral", "complete", "review")
_IN_CLASS, _IN_AREA = ("class_name", "student_no", "number", "pk"), ("path", "number", "pk")


def _lacks(step: str, after: str = "") -> Q:
    """`step` is not done; `after`: and this one is, so that it can be done now."""
    missing = Q(Exact(F("done").bitand(BITS[step]), 0))
    return missing & ~Q(Exact(F("done").bitand(BITS[after]), 0)) if after else missing


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that may be missing."""

    key: str
    title: str
    lacks: Q


REASONS = {
    one.key: one
    for one in (
        Reason("eligibility", "资格审核没有通过", _lacks("eligibility")),
        Reason("photo", "没有合格照片", _lacks("photo", "identity") | Q(photo_state__in=["faulty", "retake"])),
        Reason("number", "没有报名序号", _lacks("number", "photo") & ~_lacks("eligibility")),
        Reason("form", "没有保存报名信息", _lacks("form", "number")),
        Reason("household", "户口簿没有核对",
               _lacks("household", "form") & Q(traits__contains=[Trait.SEASON_OPTION.value])),
        Reason("signature", "没有签字", _lacks("signature", "form")),
        Reason("moral", "没有品德考核", _lacks("moral_assessment", "number")),
        Reason("held", "有事项没有办结", Q(held__gt=0)),
        Reason("debts", "欠核验", Q(debts__gt=0)),
    )
}  # fmt: skip
_ANY = reduce(or_, (one.lacks for one in REASONS.values()))


def missing_counts(season_id: int, path: str) -> dict[str, int]:
    """Return reason → how many people of a county or a site lack it; "" for all who lack something: one question."""
    found = _people(season_id, path).aggregate(
        all=Count("pk", filter=_ANY), **{f"of_{key}": Count("pk", filter=one.lacks) for key, one in REASONS.items()}
    )
    return {"": found["all"]} | {key: found[f"of_{key}"] for key in REASONS}


def missing_rows(season_id: int, path: str, reason: str, *, by_class: bool) -> QuerySet[Registration]:
    """Return who lacks this ("": anything), each with `lacks_…` for every reason: a site by class, else by number."""
    rows = _people(season_id, path).filter(REASONS[reason].lacks if reason else _ANY).select_related("site")
    told = {f"lacks_{key}": ExpressionWrapper(one.lacks, BooleanField()) for key, one in REASONS.items()}
    return rows.annotate(**told).order_by(*(_IN_CLASS if by_class else _IN_AREA))


def lacking(row: Registration) -> list[str]:
    """Return the titles of all that a person of `missing_rows` lacks."""
    return [one.title for key, one in REASONS.items() if getattr(row, f"lacks_{key}")]


def _people(season_id: int, path: str) -> QuerySet[Registration]:
    return Registration.objects.within(path).filter(season=season_id, stage__in=_ON_THE_WAY)
