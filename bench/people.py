"""The people of the bench: what each knows, types and does outside the two portals.

They see pages, paper and SMS, as the real ones do; nothing is taken from the database.
"""

import io
import json
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pypdf import PdfReader

import baoming
from baoming.registrations.households import outside
from bench.forms import Answers, FormMissing
from standins.faces import face
from standins.people import Person as Pupil

STAFF_PASSWORD = "yanshi-2023"  # of the demo
LOGIN, _SAVE = "zqw7-tvkrd", "bdf8-gkmnp"
# On a slip nothing else stands in fours.
_CODE = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{4}(?:\s+[0-9A-Z]{4}){3})(?![0-9A-Z])")
_RULES = Path(baoming.__file__).parent / "reviews" / "data" / "43" / "2023" / "eligibility.json"
HISTORY = {
    "history.0.from": "2020.09", "history.0.to": "2023.06", "history.0.unit": "长沙市芙蓉区第一中学",
    "history.0.post": "学生", "history.0.witness": "周明",
    "history.1.from": "2017.09", "history.1.to": "2020.06", "history.1.unit": "长沙市芙蓉区育才初级中学",
    "history.1.post": "学生", "history.1.witness": "李文",
    "history.2.from": "2011.09", "history.2.to": "2017.06", "history.2.unit": "长沙市芙蓉区育才小学",
    "history.2.post": "学生", "history.2.witness": "陈桂芳",
}  # fmt: skip
_FORM: Answers = {
    "registration_type": "UNIFIED",
    "first_subject": "PHYSICS",
    "second_subjects": ["BIOLOGY", "CHEMISTRY"],
    "language": "1",
    "oral": "NO",
    "specialty_exam": "NONE",
    "candidate_category": "1",
    "graduation_category": "0",
    "political_status": "03",
    "school.name": "长沙市芙蓉区第一中学",
    "household_type": "2",
    "household.province": "43",
    "household.city": "430100",
    "household.county": "430102",
    "household.township": "马坡岭街道",
    "address.province": "43",
    "address.city": "430100",
    "address.county": "430102",
    "address.township": "马坡岭街道",
    "address.detail": "远大二路1238号6栋1204",
    "recipient": "欧阳明",
    **HISTORY,
    "members.0.relation": "MOTHER",
    "members.0.name": "阿依古丽·买买提",
    "members.0.phone": "19900001234",
    "strengths": "长跑",
    "asks_accommodation": "NO",
}
_MORAL = "该生遵纪守法，尊敬师长，团结同学。"


@dataclass
class Candidate:
    """One person, with what has come into their hands or onto a screen about them."""

    place: int  # of the card in the stand-in reader
    pupil: Pupil
    client: httpx.Client  # their own phone
    file: str = ""
    pages: dict[str, str] = field(default_factory=dict)  # portal: the page last shown
    slip: bytes = b""
    code: str = ""  # on the slip
    reading: str = ""
    sms: str = ""
    saves: int = 0

    @property
    def phone(self) -> str:
        return f"1990000{self.place:04d}"

    def answers(self, path: str) -> Answers:
        """Return what is typed or pressed on the page of `path`, by the names of inputs."""
        card = {"name": self.pupil.name, "number": self.pupil.number, "valid_to": self.pupil.valid_to.isoformat()}
        if path.startswith("/form/") and path != "/form/save":
            return {**_FORM, "postcode": "410017" if self.saves else "410016"}
        known: dict[str, Answers] = {
            "/desk/card/": {"card": self.reading},
            "/desk/{file}/review/": {**dict.fromkeys(_rules(), "yes"), "act": "pass", "note": self._booklet},
            "/claim/": {**card, "code": self.code},
            "/fee/": {"no_refund": "yes"},
            "/person-check/": {"consent": "yes"},
            "/phone/": {"code": self.sms} if self.sms else {"phone": self.phone, "act": "send"},
            "/passwords/": {"login": LOGIN, "save": _SAVE},
            "/pledge/": {"accepted": "yes"},
            "/form/save": {"save_password": _SAVE, "subjects": "yes"},
            "/sign-in/": {"number": self.pupil.number, "password": LOGIN},
            "/candidates/find/": {"wanted": self.pupil.name},
            "/candidates/{file}/moral/": {"qualified": "yes", "text": _MORAL},
        }
        return known.get(path, {})

    @property
    def _booklet(self) -> str:
        """What the site writes of a card from another province, whose booklet is of this one."""
        return "户口簿：已由外省迁入本县，2021年" if outside(self.pupil.address, province="43") else ""

    @cached_property
    def photo(self) -> bytes:
        """The picture the site's camera took; drawing it takes the bench's own time, once."""
        return face(self.place, sex="男" if self.pupil.sex == "男" else "女")


def code_on(slip: bytes) -> str:
    """Return the activation code printed on a slip. Raises ValueError."""
    text = PdfReader(io.BytesIO(slip)).pages[0].extract_text()
    found = _CODE.search(text)
    if found is None:
        raise ValueError("no activation code on the slip")
    return "".join(found[1].split())


@dataclass(frozen=True)
class World:
    """What lies outside the portals: reader, cashier, identity check and telephones."""

    reader: str
    office: str  # whose pages the reader answers
    sms: str
    client: httpx.Client

    def lay_card(self, candidate: Candidate) -> None:
        """Lay the card on the reader and keep what it says, signed."""
        self.client.post(f"{self.reader}/put/{candidate.place}")
        answer = self.client.get(f"{self.reader}/card", headers={"Origin": self.office})
        candidate.reading = answer.raise_for_status().text

    def pay(self, candidate: Candidate) -> None:
        """Pay on the cashier's page, which the fee page leads to."""
        self.client.post(_link(candidate.pages["candidate"], "/pay"), data={"do": "pay"})

    def show_face(self, candidate: Candidate) -> None:
        self.client.post(_link(candidate.pages["candidate"], "/check/"), data={"do": "passed"})

    def read_sms(self, candidate: Candidate) -> None:
        page = self.client.get(f"{self.sms}/", params={"number": candidate.phone}).text
        found = re.search(r"】(\d{6})，", page)
        if found is None:
            raise ValueError("no SMS with a code has come")
        candidate.sms = found[1]


def _link(page: str, path: str) -> str:
    """Return the address of another service on a page."""
    for address in re.findall(r'href="(http[^"]+)"', page):
        if urlsplit(address).path.startswith(path):
            return str(address).replace("&amp;", "&")
    raise FormMissing(f"no link leads to {path}")


@cache
def _rules() -> list[str]:
    """The keys of what the desk judges, as the season's data names them."""
    return [rule["key"] for rule in json.loads(_RULES.read_text("utf-8"))["rules"]]
