"""What messages say: texts of a season (ux.md section 5), filled with words, and what a text may not be.

A season's `messages.json` has the signature (`sign`, set in 【】 before each text) and, by key of a message, `title`
(its line in the inbox), `text` with placeholders, and `provider_ids`: under which number a sender has approved it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from string import Formatter

CODE_GOOD_FOR = timedelta(minutes=10)  # ux.md: at most; what the text promises is filled in from here
LONGEST = 134  # characters with the signature: two parts of an SMS of 67 each
LONGEST_TITLE = 20
# How many characters the product puts in at most, by placeholder.
LONGEST_WORD = {
    "code": 6, "minutes": 2, "phone": 13, "at": 11, "device": 10, "version": 3, "of": 3, "changed": 48, "outcome": 22,
    "tail": 4, "ticket": 19,
}  # fmt: skip
_CODE, _NOTICE = frozenset({"code", "minutes"}), frozenset({"phone"})
_TIMED = _NOTICE | {"at"}
# Which words the product has for each message: all of them are sent, and nothing else can be.
OFFERED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("phone_code", "login_code", "reset_code", "rebind_code", "save_code", "dispute_code", "cancel_code"), _CODE
    ),
    "passwords_set": _NOTICE,
    "form_disputed": _NOTICE,
    "dispute_ended": _NOTICE | {"outcome"},
    "suspect_change": _NOTICE,
    "login_recovered": _NOTICE,
    "reset_asked": _TIMED,
    "reset_at_site": _NOTICE,
    "reset_cancelled": _NOTICE,
    "save_reset": _NOTICE,
    "phone_left": _NOTICE | {"tail"},
    "phone_asked": _TIMED,
    "phone_soon": _TIMED,
    "phone_kept": _NOTICE,
    "phone_bound": _NOTICE,
    "form_saved": _TIMED | {"version", "changed", "device"},
    "correction_opened": _TIMED,
    "booklet_returned": _TIMED,
    "debt_reminder": _NOTICE,
    "case_returned": _NOTICE,
    "case_decided": _NOTICE,
    "case_own": _TIMED,
    "hand_in_code": _TIMED | {"ticket"},
    "hand_in_returned": _TIMED | {"ticket", "outcome"},
    "slip_code": _NOTICE | {"ticket"},
    "declared": _TIMED | {"version"},
    "form_restored": _TIMED | {"of", "version", "changed"},
}
PROVIDERS = frozenset({"tencent"})  # senders that take the number of an approved text and its words, not the text
# An SMS is read by others: on a lost phone, over a shoulder, at the sender's. What a person is known by stays out.
_PERSONAL = frozenset({
    "name", "id_number", "document_number", "registration_number", "number", "birth", "address", "school", "class",
    "mobile", "password", "parent",
})  # fmt: skip
_LINK = re.compile(r"(?i)https?:|www\.|[a-z0-9-]+\.(?:com|cn|net|org|gov|edu)\b|点击链接")
_SIGN = re.compile(r"[一-鿿A-Za-z0-9]{2,12}")
_DIGITS = re.compile(r"[0-9]{7,}")
_SIX = re.compile(r"[0-9]{6}")
_TICKET = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
_MARK = "······"  # what stands in the inbox where the SMS has a code


class TemplateRefused(ValueError):
    """A season's texts cannot be loaded; the sentence says which, and why."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One message as it is sent. `words` stand in the order of the text's placeholders."""

    text: str
    words: tuple[str, ...]


def is_code(key: str) -> bool:
    """Whether the message carries a code: it is worth nothing later, and its value is shown nowhere else."""
    return "code" in OFFERED.get(key, ())  # of an older version, perhaps: then it is kept and read as a notice


def fill(texts: Mapping[str, "Mapping[str, object] | str"], key: str, words: Mapping[str, str]) -> Filled:
    """Return the message `key` of a season with its words; those that the season's text does not name stay out."""
    text = _text(texts, key)
    values = {**words, "minutes": str(int(CODE_GOOD_FOR.total_seconds() // 60))}
    return Filled(f"【{texts['sign']}】{text.format(**values)}", tuple(values[name] for name in placeholders(text)))


def covered(text: str, key: str) -> str:
    """Return what the inbox shows of a text that was sent: without the signature, a code covered."""
    said = text.partition("】")[2]
    if "ticket" in OFFERED.get(key, ()):
        return _TICKET.sub(_MARK, said, count=1)
    return _SIX.sub(_MARK, said, count=1) if is_code(key) else said


def placeholders(text: str) -> list[str]:
    """Return the names in braces, in their order. Raises ValueError for braces that do not pair."""
    return [name for _, name, _, _ in Formatter().parse(text) if name is not None]


def check(document: Mapping[str, object]) -> None:
    """Raise TemplateRefused unless `document` has every message of the product and says nothing it must not."""
    sign, templates = document.get("sign"), document.get("templates")
    if not isinstance(sign, str) or not _SIGN.fullmatch(sign):
        raise TemplateRefused("短信签名（sign）应为2到12个汉字、字母或数字")
    if not isinstance(templates, dict):
        raise TemplateRefused("短信模板（templates）应按名称列出")
    if missing := sorted(OFFERED.keys() - templates.keys()):
        raise TemplateRefused(f"缺少短信模板：{'、'.join(missing)}")
    if unknown := sorted(templates.keys() - OFFERED.keys()):
        raise TemplateRefused(f"系统不发这些短信，请删去模板：{'、'.join(unknown)}")
    for key, one in templates.items():
        if problem := _problem(key, one, sign):
            raise TemplateRefused(f"短信模板{key}：{problem}")


def _problem(key: str, one: object, sign: str) -> str:
    if not isinstance(one, dict) or not all(isinstance(one.get(part), str) for part in ("title", "text")):
        return "应有标题（title）和正文（text）"
    title, text, ids = one["title"], one["text"], one.get("provider_ids", {})
    if not 1 <= len(title) <= LONGEST_TITLE:
        return f"标题应有1到{LONGEST_TITLE}个字"
    if not isinstance(ids, dict) or not ids.keys() <= PROVIDERS or not all(str(i).isdigit() for i in ids.values()):
        return f"服务商的模板编号（provider_ids）应为数字，服务商只有{'、'.join(sorted(PROVIDERS))}"
    return _wrong_text(key, text, sign)


def _wrong_text(key: str, text: str, sign: str) -> str:
    try:
        names = placeholders(text)
    except ValueError:
        return "花括号没有成对"
    if personal := sorted(set(names) & _PERSONAL):
        return f"短信会被别人看到，不写个人信息，请删去{{{personal[0]}}}"
    if unknown := sorted(set(names) - OFFERED[key]):
        return f"不认识{{{unknown[0]}}}，可以用的是{'、'.join(f'{{{name}}}' for name in sorted(OFFERED[key]))}"
    if any(given for part in Formatter().parse(text) for given in part[2:] if given) or len(names) != len(set(names)):
        return "每个花括号里只写一个名称，同一个名称只用一次"
    if lacking := sorted(_CODE - set(names)) if is_code(key) else []:
        return f"验证码短信要写明验证码和有效时间，缺少{{{lacking[0]}}}"
    if _LINK.search(text):
        return "短信里不放链接，骗子会仿造"
    if _DIGITS.search(text) or "【" in text or not text.isprintable():
        return "正文写成一行，不写号码，也不写【】，签名由系统加上"
    longest = len(f"【{sign}】{text.format(**{name: '字' * LONGEST_WORD[name] for name in names})}")
    return f"最长会有{longest}个字，超过{LONGEST}个字" if longest > LONGEST else ""


def _text(texts: Mapping[str, "Mapping[str, object] | str"], key: str) -> str:
    templates = texts["templates"]
    assert not isinstance(templates, str)  # checked when the season was loaded
    one = templates[key]
    assert isinstance(one, Mapping)
    return str(one["text"])
