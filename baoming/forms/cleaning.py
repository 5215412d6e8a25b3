"""From what was typed to what is kept, one kind of field at a time.

Each cleaner returns the value, or raises `Mistakes`, sentences that say what to do. No
text breaks one, and what a cleaner returns it takes again unchanged. Markup and formulas are
plain text here; whoever writes a page, a sheet or a table escapes for it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from baoming.forms.fields import Field, Value
from baoming.organizations.divisions import Divisions
from baoming.shared.text import clean_name, halfwidth

TOWNSHIP_CHARACTERS, TOWNSHIP_BYTES = 30, 60  # free text where no list of townships is imported
ELSEWHERE = "other"  # a province whose divisions are not loaded: all of the address is in the detail

Listed = Callable[[str, str], str]  # county code, township as typed → the township that is meant

_NAME_SIGNS = "·'-. "  # besides letters: long names, names in Latin letters
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}")
_COUNTRY = re.compile(r"^(?:\+|00)86")
_MONTH = re.compile(r"((?:19|20)[0-9]{2})[./年]?([0-9]{1,2})月?")


class Mistakes(ValueError):
    """What was typed cannot be kept. `sentences`: by part, of a region or a school, or by "" for the whole."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__("；".join(sentences.values()))
        self.sentences = sentences


class Mistake(Mistakes):
    """One thing cannot be kept."""

    def __init__(self, sentence: str, *, part: str = "") -> None:
        super().__init__({part: sentence})


def text(field: Field, raw: str) -> str:
    """Return a line of text, inner line breaks of a text of several lines as spaces."""
    if field.lines:
        raw = re.sub(r"[ \t]*(?:\r\n|\r|\n)\s*", " ", raw)
    value = raw.strip()
    _printable(value, label=field.label)
    _fits(value, field=field)
    return value


def name(field: Field, raw: str) -> str:
    """Return a name as written; only outer spaces go and separators become `·`."""
    value = clean_name(raw)
    _printable(value, label=field.label)
    for character in value:
        if _category(character)[0] not in "LM" and character not in _NAME_SIGNS:
            raise Mistake(f"{field.label}里有“{character}”，姓名只填汉字、字母和间隔号“·”")
    _fits(value, field=field)
    return value


def phone(field: Field, raw: str) -> str:
    """Return the digits of a mobile number, or of a landline with its area code."""
    value = _COUNTRY.sub("", halfwidth(raw))
    value = re.sub(r"[()]", "", value)
    if _MOBILE.fullmatch(value) or _LANDLINE.fullmatch(value):
        return value
    if _digits(value) and value.startswith("1") and len(value) != 11:
        raise Mistake(f"手机号码是11位数字，您填了{len(value)}位")
    raise Mistake(f"{field.label}请填11位手机号码，或带区号的固定电话")


def postcode(field: Field, raw: str) -> str:
    """Return six digits."""
    value = halfwidth(raw)
    if not _digits(value):
        raise Mistake(f"{field.label}是6位数字，请只填数字")
    if len(value) != 6:
        raise Mistake(f"{field.label}是6位数字，您填了{len(value)}位")
    if value == "000000":
        raise Mistake(f"没有{value}这个{field.label}，请填您收信地址的邮政编码，不知道的可以问当地邮局")
    return value


def month(field: Field, raw: str) -> str:
    """Return a month as `2020-09`, from that or from 2020.9, 202009, 2020年9月."""
    found = _MONTH.fullmatch(halfwidth(raw))  # which takes hyphens away
    if not found or not 1 <= int(found[2]) <= 12:
        raise Mistake(f"{field.label}请填年和月，例如2020年9月填2020.09")
    return f"{found[1]}-{int(found[2]):02d}"


def choice(field: Field, raw: str, *, values: Mapping[str, Value]) -> str:
    """Return a code that may be chosen now."""
    code = raw.strip()
    allowed = field.choices(values)
    if code in allowed:
        return code
    if code in field.instead:
        raise Mistake(field.instead[code])
    if field.codes and code in field.codes.labels:
        raise Mistake(f"按所选的报考类型，{field.label}只能选{'、'.join(allowed.values())}，请重新选择")
    raise Mistake(f"请在列出的选项中选择{field.label}")


def choices(field: Field, raw: Sequence[str], *, values: Mapping[str, Value]) -> list[str]:
    """Return as many different codes as the field wants, in the order of the set."""
    chosen = {choice(field, one, values=values) for one in raw}
    unit = field.aside or "项"
    if field.exactly and len(chosen) != field.exactly:
        raise Mistake(f"{field.label}要选{field.exactly}{unit}，您选了{len(chosen)}{unit}")
    if field.most and len(chosen) > field.most:
        raise Mistake(f"{field.label}最多选{field.most}{unit}，您选了{len(chosen)}{unit}")
    return [code for code in field.choices(values) if code in chosen]


def region(
    field: Field, raw: Mapping[str, str], *, divisions: Divisions, province: str, listed: Listed | None = None
) -> dict[str, str]:
    """Return the parts of an address: in the province by codes, elsewhere all in `detail`.

    `listed`: given county and name, the township of the county's list that is meant; raises Mistake for none.
    Raise Mistakes with every part that is to be mended.
    """
    if raw["province"].strip() not in (province, ELSEWHERE):
        raise Mistake(f"请选择{field.label}的省（区、市）", part="province")
    if raw["province"].strip() == ELSEWHERE:
        return _elsewhere(field, raw)
    city, county = raw["city"].strip(), raw["county"].strip()
    cleaners = {
        "city": lambda: _city(field, city, divisions=divisions),
        "county": lambda: _county(field, county, city=city, divisions=divisions),
        "township": lambda: _meant(township(raw["township"]), county=county, listed=listed),
    }
    if not field.short:
        cleaners["detail"] = lambda: _detail(field, raw["detail"], want="请填写村、路和门牌号")
    return {"province": province} | _all(cleaners)


def _all(cleaners: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Return what each part's cleaner returns; raise Mistakes with what any of them refuses."""
    kept, wrong = dict[str, str](), dict[str, str]()
    for part, clean in cleaners.items():
        try:
            kept[part] = clean()
        except Mistake as mistake:
            wrong[part] = str(mistake)
    if wrong:
        raise Mistakes(wrong)
    return kept


def _city(field: Field, city: str, *, divisions: Divisions) -> str:
    if city not in divisions.cities:
        raise Mistake(f"请选择{field.label}的市（州）")
    return city


def _county(field: Field, county: str, *, city: str, divisions: Divisions) -> str:
    """Return the county; under no city, whose own sentence is enough, any that was chosen."""
    known = divisions.county_name(city, county) if city in divisions.cities else county
    if not known:
        raise Mistake(f"请选择{divisions.cities.get(city, field.label)}的县（市、区）")
    return county


def township(raw: str) -> str:
    """Return the name of a township as typed, if it can be kept."""
    name = raw.strip()
    if not name:
        raise Mistake("请填写乡镇或街道")
    _printable(name, label="乡镇（街道）")
    if len(name) > TOWNSHIP_CHARACTERS:
        raise Mistake(f"乡镇（街道）最多{TOWNSHIP_CHARACTERS}个字，您填了{len(name)}个")
    if (size := len(name.encode("gb18030"))) > TOWNSHIP_BYTES:
        raise Mistake(f"乡镇（街道）太长（最多{TOWNSHIP_BYTES}字节，汉字占2，生僻字占4），您填了{size}字节，请缩短")
    return name


def _meant(name: str, *, county: str, listed: Listed | None) -> str:
    return listed(county, name) if listed else name


def _elsewhere(field: Field, raw: Mapping[str, str]) -> dict[str, str]:
    """Return an address of another province: all of it stands in the last input."""
    if field.short:
        part, want = "township", "请从省、市写到乡镇或街道"
    else:
        part, want = "detail", "请从省、市写到门牌号"
    return {"province": ELSEWHERE, part: _detail(field, raw[part], want=want, part=part)}


def _detail(field: Field, raw: str, *, want: str, part: str = "detail") -> str:
    value = raw.strip()
    if not value:
        raise Mistake(want, part=part)
    _printable(value, label="详细地址", part=part)
    _fits(value, field=field, part=part)
    return value


def _digits(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _category(character: str) -> str:
    """Return the Unicode category; all of planes 2 and 3 are 汉字, also those newer than Python's tables."""
    if 0x20000 <= ord(character) <= 0x3FFFD and ord(character) & 0xFFFE != 0xFFFE:
        return "Lo"
    return unicodedata.category(character)


def _printable(value: str, *, label: str, part: str = "") -> None:
    """Refuse what cannot be printed on the sheet or written into an exchange file."""
    for character in value:
        category = _category(character)
        if category == "Co":
            raise Mistake(f"{label}里有一个自造字，别处显示不出来，请联系报名点登记", part=part)
        if category[0] == "C" or category in ("Zl", "Zp"):
            raise Mistake(f"{label}里有看不见的控制字符，请删去重新输入，不要粘贴", part=part)
        if character == "\ufffd":
            raise Mistake(f"{label}里有一个没有传过来的字（{character}），请删去重新输入", part=part)
        if "\U0001f000" <= character <= "\U0001faff" or category == "Me" or "\ufe00" <= character <= "\ufe0f":
            raise Mistake(f"{label}里有表情符号，请删去", part=part)


def _fits(value: str, *, field: Field, part: str = "") -> None:
    if len(value) > field.characters:
        raise Mistake(f"{field.label}最多{field.characters}个字，您填了{len(value)}个，请缩短", part=part)
    size = len(value.encode("gb18030"))
    if size > field.bytes:
        widths = f"档案里最多{field.bytes}字节，汉字占2，生僻字占4"
        raise Mistake(f"{field.label}太长（{widths}），您填了{size}字节，请缩短", part=part)
