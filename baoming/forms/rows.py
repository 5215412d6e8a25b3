"""Fields of several lines, a column each: the personal history, the family.

Empty lines go. A history is put in order, newest first; its periods neither overlap nor leave
more than the summer between them, and the newest ends with the month of graduation. A guardian
suffers no parent beside them.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from baoming.forms import cleaning
from baoming.forms.cleaning import Mistake
from baoming.forms.fields import Field

Line = dict[str, str]
Problems = dict[str, str]  # `<line>.<column>` → sentence


def lines(field: Field, raw: Mapping[str, Sequence[str]]) -> tuple[list[Line], Problems]:
    """Return the lines that can be kept, and a sentence for each input to mend; with any, no line is kept.

    `raw`: inputs by their full names, `history.0.from`.
    """
    typed = [_typed(field, raw, place) for place in range(field.most)]
    filled = [place for place, line in enumerate(typed) if any(line.values())]
    kept, problems = dict[int, Line](), Problems()
    for place in filled:
        kept[place], wrong = _line(field, typed[place])
        problems |= {f"{place}.{column}": sentence for column, sentence in wrong.items()}
    if len(filled) < field.least:
        empty = next(place for place in range(field.most) if place not in filled)
        problems[f"{empty}.{field.columns[0].key}"] = _too_few(field, len(filled))
    if not problems:
        problems = _periods(field, kept) if field.rule == "history" else _beside(field, kept)
    if problems:
        return [], problems
    in_order = [kept[place] for place in filled]
    return sorted(in_order, key=_begins, reverse=True) if field.rule == "history" else in_order, {}


def _typed(field: Field, raw: Mapping[str, Sequence[str]], place: int) -> Line:
    return {one.key: next(iter(raw.get(f"{field.key}.{place}.{one.key}", ())), "").strip() for one in field.columns}


def _line(field: Field, typed: Line) -> tuple[Line, Problems]:
    kept, wrong = Line(), Problems()
    for column in field.columns:
        try:
            if typed[column.key]:
                kept[column.key] = _value(column, typed[column.key])
            elif not column.optional:
                raise Mistake(f"请{'选择' if column.codes else '填写'}{column.label}")
        except Mistake as mistake:
            wrong[column.key] = str(mistake)
    return kept, wrong


def _value(column: Field, typed: str) -> str:
    match column.kind:
        case "choice":
            return cleaning.choice(column, typed, values={})
        case "name":
            return cleaning.name(column, typed)
        case "phone":
            return cleaning.phone(column, typed)
        case "month":
            return cleaning.month(column, typed)
        case _:
            return cleaning.text(column, typed)


def _too_few(field: Field, filled: int) -> str:
    if field.least == 1:
        return f"请填写{field.label}"
    return f"请填写{field.label}，至少{field.least}段" + (f"，您填了{filled}段" if filled else "")


def _beside(field: Field, kept: Mapping[int, Line]) -> Problems:
    """Return the lines whose code suffers no other beside it, at the input that mends it."""
    problems = Problems()
    for column in field.columns:
        if len({line.get(column.key) for line in kept.values()}) > 1:
            told = {place: column.alone.get(line.get(column.key, "")) for place, line in kept.items()}
            problems |= {f"{place}.{column.key}": sentence for place, sentence in told.items() if sentence}
    return problems


def _begins(line: Line) -> str:
    return line["from"]


def _periods(field: Field, kept: Mapping[int, Line]) -> Problems:
    """Return what is wrong between the periods of a history, at the input that mends it."""
    problems = Problems()
    for place, line in kept.items():
        if line["to"] <= line["from"]:
            problems[f"{place}.to"] = f"止于{_words(line['to'])}，不晚于起始的{_words(line['from'])}，请核对"
    newest_first = sorted(kept, key=lambda place: _begins(kept[place]), reverse=True)
    newest = newest_first[0]
    if (to := kept[newest]["to"]) != field.ends:
        problems.setdefault(f"{newest}.to", f"最近一段要到{_words(field.ends)}为止，您填的是{_words(to)}")
    for later, earlier in pairwise(newest_first):
        if sentence := _between(field, kept[later], kept[earlier]):
            problems.setdefault(f"{earlier}.to", sentence)
    return problems


def _between(field: Field, later: Line, earlier: Line) -> str:
    """Return what is wrong between two neighbours, empty if nothing is."""
    months = _number(later["from"]) - _number(earlier["to"])
    if months < 0:
        return f"和{_words(later['from'])}开始的一段重叠，请核对起止年月"
    if months > field.gap:
        return f"到{_words(later['from'])}之间空了{months}个月，请补一段，在家、务工也要写"
    return ""


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _words(month: str) -> str:
    return month.replace("-", ".")
