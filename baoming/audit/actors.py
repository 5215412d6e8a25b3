"""Who does something: a candidate, the staff of an office, or the system itself."""

from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """The parties of the journey, by the level that acts."""

    CANDIDATE = "candidate"
    SITE = "site"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    SYSTEM = "system"


PARTY_NAMES = {
    Party.CANDIDATE: "考生",
    Party.SITE: "报名点",
    Party.COUNTY: "县（市、区）招考机构",
    Party.CITY: "市（州）招考机构",
    Party.PROVINCE: "省教育考试院",
    Party.SYSTEM: "系统",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. `id` is opaque (an account, or a registration); `path` is of the office acted from."""

    kind: Party
    id: str
    path: str
    label: str


SYSTEM = Actor(kind=Party.SYSTEM, id="", path="", label="系统")
STRANGER = Actor(kind=Party.SYSTEM, id="", path="", label="没有登录的人")
