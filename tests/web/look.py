"""The gallery: every macro of both portals on pages without a database, for tests and for the eye.

`python -m tests.web.look OUT` writes the pages with the stylesheets beside them, to be opened in a browser.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from baoming.web import templates

WEB = Path(templates.__file__).parent
GALLERY = Path(__file__).parent / "gallery"
ALONE = ("not_found", "not_a_page", "refused", "form_expired", "unknown_outcome", "busy", "defect")
_NAMES = ["资格审核", "身份采集", "照片采集", "报名序号", "缴报名费", "实人认证", "填报信息", "签字确认"]
_LETTERS = list(zip("审身照号费证填签", _NAMES, strict=True))
_PEOPLE = [
    ("阿依古丽·买买提", "done", "第2版，有效"),
    ("刘㛃", "problem", "第3版，已作废"),
    ("彭梓涵", "todo", "未打印"),
]


def make_environment() -> Environment:
    """Return the product's environment over its templates and the gallery, with addresses made up."""
    made = templates.environment(loader=FileSystemLoader([GALLERY, WEB / "templates"]))
    made.globals.update(static=lambda name: f"../static/{name}", url=lambda name, *_a, **_k: f"/{name}")
    return made


def _steps(at: int, state: str) -> list[dict[str, str]]:
    return [
        {"letter": letter, "name": name, "state": "done" if i < at else state if i == at else "later"}
        for i, (letter, name) in enumerate(_LETTERS)
    ]


def _facts(*pairs: tuple[str, str], **more: Any) -> list[dict[str, Any]]:
    return [{"label": label, "value": value, **more} for label, value in pairs]


def context() -> dict[str, Any]:
    """Return what context processors and views would give. Nobody here exists."""
    return {
        "season": {
            "name": "2023年高考报名",
            "title": "2023年普通高等学校招生网上报名",
            "is_real": True,
            "kind": "正式",
            "paused": "",
        },
        "now": datetime(2022, 11, 9, 8, 5, tzinfo=UTC),
        "clock_name": "北京时间",
        "care": False,
        "wechat": False,
        "site": {"name": "芙蓉一中报名点", "phone": "0731-5550 0102"},
        "hotlines": lambda: [{"name": "芙蓉一中报名点", "phone": "0731-5550 0102"}],
        "staff": {"name": "周敏", "office_name": "芙蓉一中报名点", "may": lambda _action: True},
        "nav": [("今天", "today", False), ("考生", "list", True), ("打印与签字", "print", False)],
        "csrf_input": Markup('<input type="hidden" name="csrfmiddlewaretoken" value="x">'),
        **_parts(),
    }


def _parts() -> dict[str, Any]:
    """Return what the gallery's own pages show."""
    return {
        "errors": {"postcode": "邮政编码是6位数字，您填了5位", "second": "第二联系电话不能和短信手机相同"},
        "steps": _steps(6, "todo"),
        "phases": [
            {"name": "报名点审核、采集照片", "when": "11月10日12:00止", "state": "todo"},
            {"name": "艺术、体育类专业报名", "when": "11月11日9:00起", "state": "later"},
        ],
        "stages": [
            {"name": "已下单", "time": "16:02", "state": "done"},
            {"name": "已去支付", "time": "16:03", "state": "done"},
            {"name": "平台确认", "time": "16:06再核实", "state": "doing"},
        ],
        "checked": [
            {
                "label": "选考科目",
                "value": "物理 + 化学 + 生物学",
                "small": "原为：物理 + 化学 + 地理",
                "href": "/edit",
                "changed": True,
            },
            *_facts(("姓名", "阿依古丽·买买提"), href="/edit"),
            *_facts(("通讯地址", "湖南省湘西土家族苗族自治州吉首市远大二路1238号6栋1204"), href="/edit"),
        ],
        "order": _facts(("为谁缴", "欧阳思远"), ("项目", "2023年普通高考报名费"), ("金额", "40.00元")),
        "receipt": _facts(("考生", "欧阳思远"), ("本次改动", "2处：选考科目、通讯地址"), ("短信通知", "199****6021")),
        "tabs": [
            {"title": "全部", "count": 5642, "href": "?", "current": False},
            {"title": "待签字", "count": 2906, "href": "?", "current": True},
            {"title": "有问题", "count": 58, "href": "?", "current": False, "tone": "problem", "apart": True},
        ],
        "people": [
            {
                "serial": 1020209 + i,
                "name": name,
                "steps": _steps(7 - i % 3, "todo"),
                "state": state,
                "said": said,
            }
            for i, (name, state, said) in enumerate(5 * _PEOPLE)
        ],
        "journey": [
            {"name": name, "said": "11-03 14:31", "state": state}
            for name, state in (
                ("资格审核", "done"),
                ("签字确认", "doing"),
                ("品德考核", "todo"),
                ("准考证", "later"),
            )
        ],
        "timeline": [
            {"time": "11-09 16:12", "title": "保存第3版，凭证7F3A", "sub": "保存密码正确，改2处"},
            {"time": "11-09 16:10", "title": "保存密码不正确1次", "sub": "内容留在草稿", "tone": "problem"},
        ],
    }


def pages(**changes: Any) -> Iterator[tuple[str, str]]:
    """Yield (name, html) of every gallery page; `changes` replace context."""
    env, given = make_environment(), {**context(), **changes}
    for path in sorted(GALLERY.rglob("*.html")):
        name = path.relative_to(GALLERY).as_posix()
        errors = {"roster": "请选择名单文件"} if name == "office/empty.html" else given["errors"]
        if name not in ("office/empty.html", "candidate/form.html"):
            errors = {}
        yield name, env.get_template(name).render({**given, "errors": errors})


def alone(portal: str) -> Iterator[tuple[str, str]]:
    """Yield (name, html) of the pages that stand alone, given no more than they ask for."""
    env = make_environment()
    asked = {"refusal": "请先缴纳报名费，再做实人认证", "check_url": "/check", "event": "7F3A0912"}
    for name in ALONE:
        yield f"{portal}/{name}.html", env.get_template(f"{portal}/{name}.html").render(asked)


def main(out: Path) -> None:
    """Write the gallery into `out`."""
    given = [*pages(), *alone("candidate"), *alone("office")]
    practice = {
        "name": "演练",
        "title": "2023年普通高等学校招生网上报名",
        "is_real": False,
        "kind": "演练",
        "paused": "",
    }
    given += [(name.replace(".html", "-care.html"), html) for name, html in pages(care=True)]
    given += [(name.replace(".html", "-drill.html"), html) for name, html in pages(season=practice)]
    for name, html in given:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(html, encoding="utf-8")
    (out / "static").symlink_to(WEB / "static")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
