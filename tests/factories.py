"""What tests begin with. People are synthetic: area 990001 belongs to nobody."""

from datetime import date, datetime, timedelta
from itertools import count

from baoming.audit.actors import Actor, Party
from baoming.organizations.models import Organization, SiteSeason, Staff
from baoming.organizations.roles import Role
from baoming.organizations.services import add_site, add_staff
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.identity_numbers import check_character
from baoming.registrations.journey import pack, rests_on
from baoming.registrations.models import NumberSegment, Registration
from baoming.registrations.services.intake import open_file
from baoming.schedule.services import go_to_phase
from baoming.seasons.models import Season
from baoming.seasons.services import set_clock
from tests.seasons_kept import loaded

PROVINCE = Actor(kind=Party.PROVINCE, id="", path="43/", label="测试")
_numbers = count(1)


def season(phase: str = "intake") -> Season:
    """The demo season of Hunan 2023, its clock in `phase`."""
    made = Season.objects.filter(kind="demo").first() or loaded()
    go_to_phase(made, phase, by=PROVINCE)
    return made


def at(moment: datetime) -> None:
    """Set the demo season's clock to `moment`."""
    set_clock(Season.objects.get(kind="demo").pk, to=moment, by=PROVINCE)


def county(code: str = "0102") -> Organization:
    return Organization.objects.get(level="county", code=code)


def site(code: str = "01", *, of: str = "0102", opened: bool = True) -> Organization:
    """A registration site, opened for intake by its county unless told otherwise."""
    made = add_site(county(of), code=code, name=f"测试{code}中学报名点", phone="0731-00000102", address="测试路1号")
    if opened:
        row, _ = SiteSeason.objects.get_or_create(season=Season.objects.get(kind="demo"), site=made)
        row.opened_at, row.expected = datetime.now().astimezone(), 60
        row.save()
    return made


def staff(office: Organization, role: Role = Role.OPERATOR) -> Staff:
    handle = f"t{next(_numbers)}"
    return add_staff(office, handle=handle, name="周敏", role=role, password="mima-2023")


def segment(here: Organization, *, first: int = 1020001, last: int = 1020600) -> NumberSegment:
    made = Season.objects.get(kind="demo")
    return NumberSegment.objects.create(season=made, site=here, first=first, next=first, last=last)


def number(sequence: int | None = None, *, birth: str = "20050317", area: str = "990001") -> str:
    """An identity number that nobody has; an odd sequence is male."""
    first_17 = f"{area}{birth}{(sequence if sequence is not None else next(_numbers)) % 1000:03d}"
    return first_17 + check_character(first_17)


def document(name: str = "欧阳思远", **changes: object) -> IdentityDocument:
    """A card; the number's sex and birth date fit unless changed."""
    own = str(changes.pop("number", "") or number())
    values: dict[str, object] = {
        "name": name,
        "sex": "1" if int(own[16]) % 2 else "2",
        "ethnicity": "01",
        "birth": date(int(own[6:10]), int(own[10:12]), int(own[12:14])),
        "address": "湘岭市青麓县白鹭街道书院路118号",
        "number": own,
        "issuer": "青麓县公安局",
        "valid_from": date(2021, 3, 18),
        "valid_to": date(2031, 3, 18),
    }
    return IdentityDocument(**{**values, **changes})  # type: ignore[arg-type]


def registration(here: Organization, *, done: list[str] | None = None, **person: object) -> Registration:
    """A person's file at `here`, with the steps in `done` marked as done (nothing else of them exists)."""
    made = Season.objects.get(kind="demo")
    actor = Actor(kind=Party.SITE, id="", path=here.path, label="周敏")
    row = open_file(document(**person), season=made, site=here, by=actor, reader="R01")  # type: ignore[arg-type]
    if done:
        row.done = pack({"identity", *done})
        row.save(update_fields=["done"])
    return row


def before(step: str) -> list[str]:
    """Every step that must be done before `step`."""
    return rests_on(step)


A_MINUTE = timedelta(minutes=1)
