"""People who do not exist, as sheets: area 990001 is nobody's."""

import io
from datetime import UTC, datetime
from uuid import UUID

from PIL import Image

from baoming.photos.preparing import prepare
from baoming.photos.standard import PhotoProfile
from baoming.registrations.class_lists import PrintLine, SiteLine
from baoming.registrations.sheet_codes import continued_qr_text, qr_text, short_hash, signed_part
from baoming.registrations.sheets import (
    CardBlock,
    Cell,
    Group,
    NumberSlip,
    RegistrationSheet,
    SeasonHead,
    VersionLine,
)
from standins.faces import face

MADE_AT = datetime(2022, 11, 7, 2, 22, tzinfo=UTC)
SEASON = SeasonHead(name="湖南省2023年普通高等学校招生考试", authority="省教育考试院", mark="样例")
SITE = SiteLine(code="9901-03", name="青麓县第一中学报名点")
PRINT = PrintLine(at="2022-11-07 10:22", by="王振华（9901-03-02）")
DIGEST = "aa5872b60d7a6091" * 4
SIGNATURE = bytes(range(64))
PRINT_ID = UUID("5d0c12f4-0000-4000-8000-000000000000")
ORIGIN = "https://bm.example.cn"


def groups(*, address: str = "湖南省湘岭市青麓县白鹭街道书院路118号3栋2单元601室") -> list[Group]:
    """The bands of a first season: about twelve fields."""
    exam = [
        [
            Cell(label="报考类型", value="普通高等学校招生全国统一考试（含学业水平选择性考试）", wide=True),
            Cell(label="考生类别", value="城镇应届"),
        ],
        [
            Cell(label="首选科目", value="物理", strong=True),
            Cell(label="再选科目", value="化学、生物学", strong=True),
            Cell(label="外语语种", value="英语"),
        ],
        [
            Cell(label="外语口试", value="不参加"),
            Cell(label="外语听力", value="参加"),
            Cell(label="报名费", value="已缴 40.00元"),
        ],
    ]
    school = [
        [
            Cell(label="毕业学校", value="9901001 湘岭市青麓县第一中学", wide=True),
            Cell(label="毕业类别", value="普通高中毕业"),
        ],
        [
            Cell(label="学籍号", value="G990001200503170135"),
            Cell(label="班级", value="高三（12）班"),
            Cell(label="政治面貌", value="共青团员"),
        ],
        [Cell(label="户籍性质", value="城镇"), Cell(label="户籍所在地", value="湖南省湘岭市青麓县白鹭街道")],
    ]
    contact = [
        [Cell(label="通讯地址", value=address, wide=True), Cell(label="邮政编码", value="419901")],
        [
            Cell(label="收件人", value="欧阳建国"),
            Cell(label="联系手机", value="19900000023"),
            Cell(label="其他电话", value=None),
        ],
    ]
    family = [
        [
            Cell(label="关系", value="父亲"),
            Cell(label="姓名", value="欧阳建国"),
            Cell(label="联系电话", value="19900000024"),
        ],
        [Cell(label="工作单位", value="青麓县自来水有限公司", wide=True), Cell(label="职务", value="工程师")],
    ]
    other = [
        [Cell(label="奖励和处分", value="2021年获湘岭市中学生物理竞赛二等奖；无处分")],
        [Cell(label="特长", value="书法")],
    ]
    bands = (
        ("报考信息", exam),
        ("学籍与户籍", school),
        ("联系", contact),
        ("家庭成员", family),
        ("其他", other),
    )
    return [Group(title=title, rows=rows) for title, rows in bands]


def photo(seed: int = 3) -> bytes:
    """A prepared photograph of a drawn face."""
    return prepare(face(seed, sex="男"), PhotoProfile()).jpeg


def name_picture() -> bytes:
    """A name as it is cut from a card: one line."""
    made = io.BytesIO()
    Image.new("L", (240, 60), 255).save(made, "PNG")
    return made.getvalue()


def code(serial: str) -> str:
    """The text of the code on the sheet of `serial`."""
    signed = signed_part(year=2023, serial=serial, version=3, digest=DIGEST, print_id=PRINT_ID)
    return qr_text(signed, signature=SIGNATURE, origin=ORIGIN)


def sheet(
    *,
    name: str = "欧阳思远",
    serial: str = "99010023",
    bands: list[Group] | None = None,
    picture: bytes | None = None,
    name_image: bytes | None = None,
) -> RegistrationSheet:
    """One 报名登记表."""
    return RegistrationSheet(
        serial=serial,
        site=SITE,
        version=VersionLine(no=3, saved_at="2022-11-04 20:15:36", hash=short_hash(DIGEST), fields=31),
        print=PRINT,
        qr=code(serial),
        continued_qr=continued_qr_text(year=2023, serial=serial, version=3),
        card=CardBlock(
            name=name,
            name_image=name_image,
            sex="男",
            ethnicity="汉族",
            document="居民身份证",
            number_label="公民身份号码",
            number="990001200503170135",
            birth="2005年3月17日",
            address="湘岭市青麓县白鹭街道书院路118号3栋2单元601室",
            issuer="青麓县公安局",
            validity="2021.03.18 — 2031.03.18",
            reading="二代证机读（2022-11-02 09:41，机具 9901-03-A1）；现场照相，质检合格",
            photo=picture or photo(),
        ),
        groups=bands or groups(),
        moral="该生拥护中国共产党的领导，热爱祖国，遵纪守法，尊敬师长，团结同学，思想品德考核合格。",
    )


def slip(*, name: str = "欧阳思远", serial: str = "99010023", code: str = "K7MP4TXR9HWD3C6E") -> NumberSlip:
    """One 报名序号通知单."""
    return NumberSlip(
        serial=serial,
        name=name,
        masked="990***********0135",
        site=SITE,
        code=code,
        valid="2022年11月9日17:00",
        print=PrintLine(at="2022-11-02 09:43", by="王振华"),
        url="https://bm.example.cn",
        fee="40.00",
        deadline="2022年11月9日（周三）17:00",
        hotline="报名点 0990-0000000\n县招考机构 0990-0000001",
        qr=f"https://bm.example.cn/s?n={serial}",
    )
