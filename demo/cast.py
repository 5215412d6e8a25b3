"""Who is in the demo: offices with their staff, schools with their classes, and pupils who do not exist."""

from dataclasses import dataclass, replace
from datetime import date
from random import Random

from baoming.documents.glyphs import is_private
from baoming.organizations.roles import Role
from baoming.registrations.document_numbers import Kind
from baoming.registrations.identity_documents import IdentityDocument
from baoming.registrations.identity_numbers import check_character
from demo.plan import AT_THE_DESK, FRESH_CARDS, STAGES, Stage
from standins.people import Named, Person, people

_SEX = {"男": "1", "女": "2"}  # GB/T 2261.1
_TYPED_EVERY, _EXPIRED_EVERY = 9, 40  # of those who have a file: typed in, or with a card that has run out
UNRECORDED = people(FRESH_CARDS + 1)[FRESH_CARDS].number  # typed in, and the registers know nobody of this number
# By site, who has another document than a resident's card (R24): the first of those whose eligibility is to be judged.
OTHER_DOCUMENTS = {
    "43/01/03/01/": Kind.HM_PERMIT, "43/01/03/02/": Kind.TW_PERMIT, "43/02/02/01/": Kind.RESIDENCE,
    "43/02/02/02/": Kind.FOREIGN,
}  # fmt: skip
_WAITS = "opened"
_HAVE_NO_DEBT = ("absent", "completed", "reopened", "reviewed")  # a debt keeps the county from completing


@dataclass(frozen=True, slots=True)
class Class:
    """One class: its name, its teacher with an account, and how many pupils."""

    name: str
    teacher: str
    handle: str
    size: int


@dataclass(frozen=True, slots=True)
class Site:
    """One registration site of the demo. `first`, `last`: its numbers, 0 where the county has not opened it."""

    county: str
    code: str
    name: str
    school: str
    region: tuple[str, str, str]  # province, city, county as the form has them
    operator: tuple[str, str]  # handle, name
    first: int
    last: int
    classes: tuple[Class, ...]
    named: Named

    @property
    def path(self) -> str:
        return f"43/{self.county[:2]}/{self.county[2:]}/{self.code}/"

    @property
    def area(self) -> str:
        """The area code of its pupils' numbers; that of the stand-in reader's cards stays apart."""
        return f"99{self.county[1]}{self.county[3]}{self.code}"


def _classes(*rows: tuple[str, str, int]) -> tuple[Class, ...]:
    return tuple(
        Class(f"高三（{place}）班", name, handle, size) for place, (name, handle, size) in enumerate(rows, start=1)
    )


_PARENTS = (("MOTHER", "王秀英"), ("MOTHER", "周桂花"), ("FATHER", "陈建国"), ("FATHER", "李志明"))
_CHANGSHA = ("43", "430100")
SITES = (
    Site("0102", "01", "芙蓉一中报名点", "长沙市芙蓉区第一中学", (*_CHANGSHA, "430102"), ("zhoumin", "周敏"),
         1020001, 1020200, _classes(("李强", "liqiang", 60), ("彭芳", "pengfang", 50), ("罗文斌", "luowenbin", 50)),
         (("刘䶮", "男", "01"), ("李𬱖", "女", "01"), ("买买提·吐尔逊", "男", "05"), ("欧阳雨晴", "女", "01"))),
    Site("0102", "02", "芙蓉二中报名点", "长沙市芙蓉区第二中学", (*_CHANGSHA, "430102"), ("tangjie", "唐洁"),
         0, 0, _classes(("邓伟", "dengwei", 44), ("肖丽", "xiaoli", 44)),
         (("上官云飞", "男", "01"), ("吴㛃", "女", "01"))),
    Site("0103", "01", "天心一中报名点", "长沙市天心区第一中学", (*_CHANGSHA, "430103"), ("liuyang", "刘洋"),
         1030001, 1030084, _classes(("谢军", "xiejun", 44), ("曾慧", "zenghui", 44)),
         (("李䶮", "女", "01"), ("迪丽努尔·艾合买提", "女", "05"), ("𠮷晓月", "女", "01"))),
    Site("0103", "02", "天心二中报名点", "长沙市天心区第二中学", (*_CHANGSHA, "430103"), ("hejing", "贺静"),
         1030101, 1030200, _classes(("夏明", "xiaming", 44), ("田敏", "tianmin", 44)),
         (("司徒文静", "女", "01"), ("龙𬱖", "男", "15"))),
    Site("0202", "01", "荷塘一中报名点", "株洲市荷塘区第一中学", ("43", "430200", "430202"), ("yuanli", "袁丽"),
         2020001, 2020120, _classes(("龚平", "gongping", 44), ("易辉", "yihui", 44)),
         (("石\ue000生", "男", "15"), ("欧阳佳", "女", "01"), ("石䶮", "男", "06"))),
    Site("0202", "02", "荷塘二中报名点", "株洲市荷塘区第二中学", ("43", "430200", "430202"), ("jiangbo", "姜波"),
         2020201, 2020320, _classes(("邹艳", "zouyan", 44), ("熊刚", "xionggang", 44)), (("马𠮷", "男", "03"),)),
)  # fmt: skip
OFFICES = (  # handle, name, role, path: those above the sites
    ("wangxiulan", "王秀兰", Role.COUNTY, "43/01/02/"),
    ("chenhong", "陈红", Role.COUNTY, "43/01/03/"),
    ("fengyu", "冯宇", Role.COUNTY, "43/02/02/"),
    ("zhangli", "张莉", Role.CITY, "43/01/"),
    ("sunhui", "孙辉", Role.CITY, "43/02/"),
    ("hezhiyuan", "何志远", Role.PROVINCE, "43/"),
    ("tanlei", "谭磊", Role.SYSTEM_ADMIN, "43/"),
    ("jiangyue", "蒋玥", Role.SECURITY_ADMIN, "43/"),
    ("kuangrui", "邝锐", Role.AUDIT_ADMIN, "43/"),
)


ANNOUNCED = {  # by path of the office: what candidates read on the first page
    "43/": {
        "title": "关于2023年普通高等学校招生网上报名的公告",
        "text": "网上报名从11月1日开始，11月9日17:00截止，周末不办理。\n"
        "考生本人先到报名点审核资格、读取身份证、采集照片，领取报名序号通知单，再登录本平台缴费、填报。\n"
        "每次修改都要用保存密码保存，以最后一次保存的为准。逾期不能补报。",
    },
    "43/01/02/": {
        "title": "芙蓉区各报名点采集时间安排",
        "text": "芙蓉一中报名点按班级分批采集，每班的时间由班主任通知。\n"
        "芙蓉二中报名点开放的时间另行通知，请先准备好身份证和户口簿原件。",
    },
}


@dataclass(frozen=True, slots=True)
class Pupil:
    """One pupil of the demo with the stage they have reached. `shift` and `place`: when they came to the desk."""

    person: Person
    site: Site
    stage: Stage
    shift: int
    place: int
    typed: bool  # the operator typed the document: a debt is left
    seed: int
    other: Kind | None = None  # the document is of another kind: its original was seen

    @property
    def document(self) -> IdentityDocument:
        """Return the card as the desk reads or types it."""
        one = self.person
        if self.other is not None:
            return _other(one, self.other)
        return IdentityDocument(
            name=one.name, sex=_SEX[one.sex], ethnicity=one.ethnicity, birth=one.birth, address=one.address,
            number=one.number, issuer=one.issuer, valid_from=one.valid_from, valid_to=one.valid_to,
        )  # fmt: skip

    @property
    def why_typed(self) -> str:
        """Return the season's reason for typed entry."""
        if not self.typed:
            return ""
        return "expired" if self.person.valid_to < date(2022, 11, 1) else "absent"

    @property
    def phone(self) -> str:
        return f"199{self.seed:08d}"

    def answers(self) -> dict[str, list[str]]:
        """Return what this pupil types into the form, by the names of inputs."""
        random = Random(self.seed)  # noqa: S311
        province, city, county = self.site.region
        second = sorted(random.sample(["BIOLOGY", "CHEMISTRY", "GEOGRAPHY", "POLITICS"], 2))
        relation, parent = random.choice(_PARENTS)
        values = {
            "registration_type": "UNIFIED",
            "first_subject": random.choice(("PHYSICS", "PHYSICS", "HISTORY")),
            "language": "1" if random.random() < 0.95 else "2",
            "oral": "NO",
            "specialty_exam": random.choices(("NONE", "ARTS", "SPORTS"), (17, 2, 1))[0],
            "candidate_category": random.choice(("1", "1", "3")),
            "graduation_category": "0",
            "political_status": random.choice(("03", "03", "03", "13")),
            "school.name": self.site.school,
            "household_type": random.choice("12"),
            "household.province": province,
            "household.city": city,
            "household.county": county,
            "household.township": "演示街道",
            "address.province": province,
            "address.city": city,
            "address.county": county,
            "address.township": "演示街道",
            "address.detail": f"样例路{random.randint(1, 299)}号{random.randint(1, 12)}栋{random.randint(101, 1806)}",
            "postcode": f"41{random.randint(2001, 9999)}",
            "recipient": parent if any(map(is_private, self.person.name)) else self.person.name,
            "members.0.relation": relation,
            "members.0.name": parent,
            "members.0.phone": f"198{self.seed:08d}",
            "strengths": random.choice(("长跑", "书法", "合唱", "篮球")),
            "asks_accommodation": "NO",
            **self._history(),
        }
        answers = {name: [value] for name, value in values.items()} | {"second_subjects": second}
        if values["specialty_exam"] == "ARTS":
            answers["arts_categories"] = [random.choice(("音乐类", "舞蹈类", "播音与主持艺术类"))]
        return answers

    def _history(self) -> dict[str, str]:
        """Return three schools, one after the other."""
        town = self.site.school.removesuffix("第一中学").removesuffix("第二中学")
        schools = (self.site.school, f"{town}演示初级中学", f"{town}演示小学")
        periods = (("2020.09", "2023.06"), ("2017.09", "2020.06"), ("2011.09", "2017.06"))
        lines = [
            {"from": begins, "to": ends, "unit": school, "post": "学生", "witness": teacher}
            for school, (begins, ends), teacher in zip(schools, periods, ("周明", "李文", "陈桂芳"), strict=True)
        ]
        return {f"history.{place}.{key}": text for place, line in enumerate(lines) for key, text in line.items()}


def pupils() -> list[Pupil]:
    """Return the 600 pupils, the same ones every time."""
    return [pupil for place, site in enumerate(SITES) for pupil in _pupils_of(site, place)]


def _pupils_of(site: Site, place: int) -> list[Pupil]:
    persons = [person for at in range(len(site.classes)) for person in _pupils_in(site, at)]
    stages = _in_order([stage for stage in STAGES for _ in range(stage.counts[place])], place)
    made = [
        _pupil(site, person, stage, seed=1000 * place + at)
        for at, (person, stage) in enumerate(zip(persons, stages, strict=True))
    ]
    if kind := OTHER_DOCUMENTS.get(site.path):
        at = next(at for at, one in enumerate(made) if one.stage.key == _WAITS)
        made[at] = replace(made[at], other=kind, typed=False)
    return made


def _other(one: Person, kind: Kind) -> IdentityDocument:
    """Return another document of the same person, with a number that nobody can have."""
    numbers = {
        Kind.HM_PERMIT: "H99990001", Kind.TW_PERMIT: "99990002", Kind.FOREIGN: "UTO430005010003",
        Kind.RESIDENCE: f"839999{one.number[6:17]}",
    }  # fmt: skip
    number = numbers[kind]
    return IdentityDocument(
        name=one.name, sex=_SEX[one.sex], ethnicity="", birth=one.birth, kind=kind,
        number=number + check_character(number) if kind is Kind.RESIDENCE else number,
        address=one.address if kind is Kind.RESIDENCE else "", issuer="中华人民共和国国家移民管理局",
        valid_from=date(2021, 3, 18), valid_to=date(2026, 3, 17), stated="99990004" if kind is Kind.RESIDENCE else "",
        nationality="UTO" if kind is Kind.FOREIGN else "", statement="随父母在湘就读，没有居民身份证",
    )  # fmt: skip


def _in_order(stages: list[Stage], place: int) -> list[Stage]:
    """Mix the stages, but for the first class of the first site: its cards lie at the stand-in reader.

    Most of it has not come; ten of it have just been to the desk, some of them typed in: their card can be read now.
    """
    fixed: list[Stage] = []
    if place == 0:
        absent = STAGES[0].counts[0]
        fixed = [*stages[:FRESH_CARDS], *stages[absent : absent + AT_THE_DESK]]
        stages = [*stages[FRESH_CARDS:absent], *stages[absent + AT_THE_DESK :]]
    Random(place).shuffle(stages)  # noqa: S311  (an order, not a secret)
    return [*fixed, *stages]


def _pupils_in(site: Site, at: int) -> list[Person]:
    """Return the pupils of one class with its name and teacher."""
    own = site.classes[at]
    if site is SITES[0] and at == 0:
        return people(own.size)
    before = sum(one.size for one in site.classes[1 if site is SITES[0] else 0 : at])
    everybody = people(before + own.size, seed=int(site.area), area=site.area, named=site.named)[before:]
    return [
        replace(person, class_name=own.name, class_number=f"{number:02d}", teacher=own.teacher)
        for number, person in enumerate(everybody, start=1)
    ]


def _pupil(site: Site, person: Person, stage: Stage, *, seed: int) -> Pupil:
    owes = stage.key not in _HAVE_NO_DEBT
    if person.number[:6] == site.area:  # others' cards lie at the stand-in reader, and say what they say
        run_out = owes and seed % _EXPIRED_EVERY == _EXPIRED_EVERY - 3
        end = date(2022, 9, 1) if run_out else max(person.valid_to, date(2023, 9, 1))
        person = replace(person, valid_to=end, valid_from=min(person.valid_from, date(2017, 9, 1)))
    typed = owes and (seed % _TYPED_EVERY == _TYPED_EVERY - 1 or person.number == UNRECORDED)
    return Pupil(person, site, stage, shift=seed % 3, place=seed % 1000 // 3, typed=typed, seed=seed)
