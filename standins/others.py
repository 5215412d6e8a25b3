"""People with other documents than a resident's card, who do not exist: nobody can have one of these numbers (R24)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from agents.card_reader.text_block import Card
from baoming.registrations.identity_numbers import check_character

_BORN = date(2005, 3, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """One person. `kind`: as the season names it; `mark`: of the chip, empty where there is none to read."""

    kind: str
    title: str
    name: str
    sex: str  # 男 or 女
    number: str
    issuer: str
    mark: str = ""
    stated: str = ""  # the pass that a residence card states
    nationality: str = ""
    address: str = ""
    birth: date = _BORN
    valid_from: date = date(2021, 3, 18)
    valid_to: date = date(2026, 3, 17)

    def on_chip(self) -> Card:
        """Return what the chip holds, by the fields of its layout."""
        known: Mapping[str, str] = {
            "mark": self.mark, "sex": "1" if self.sex == "男" else "2", "birth": self.birth.isoformat(),
            "number": self.number, "valid_from": self.valid_from.isoformat(), "valid_to": self.valid_to.isoformat(),
        }  # fmt: skip
        if self.mark == "J":
            return {
                **known, "name": self.name, "address": self.address, "issuer": self.issuer,
                "pass_number": self.stated, "issue_count": "01",
            }  # fmt: skip
        return {
            **known, "english_name": "UTOPIA ANNA MARIE", "chinese_name": self.name, "nationality": self.nationality,
            "version": "01", "authority": "4301",
        }  # fmt: skip


def _numbered(first_17: str) -> str:
    return first_17 + check_character(first_17)


_MIGRATION = "中华人民共和国国家移民管理局"
_HERE = "湖南省长沙市芙蓉区演示大道18号"
OTHERS = (
    Other(kind="hm_permit", title="港澳居民来往内地通行证", name="陈嘉欣", sex="女", number="H99990101",
          issuer=_MIGRATION),
    Other(kind="tw_permit", title="台湾居民来往大陆通行证", name="林柏翰", sex="男", number="99990102",
          issuer=_MIGRATION),
    Other(kind="residence", title="港澳台居民居住证", name="何子晴", sex="女", number=_numbered("81999920050317012"),
          issuer="长沙市公安局芙蓉分局", mark="J", stated="H99990103", address=_HERE),
    Other(kind="foreign", title="外国人永久居留身份证", name="安娜", sex="女", number="UTO430005010104",
          issuer=_MIGRATION, mark="I", nationality="UTO"),
    Other(kind="foreign", title="外国人永久居留身份证", name="马克", sex="男", number=_numbered("90099920050317015"),
          issuer=_MIGRATION, mark="Y", nationality="UTO"),
)  # fmt: skip
