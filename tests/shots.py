"""Pictures of every page in its states, taken from the running product, and one contact sheet of them all.

python -m tests.shots OUT
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

from launcher.stack import Ports, Stack
from launcher.tools import chromium
from standins.faces import Look, draw, face
from tests.journeys import office, phone
from tests.journeys.conftest import DESKTOP, FLAGS, PATIENCE, PHONE, free_range
from tests.journeys.paper import activation_code, print_out
from tests.journeys.test_one_candidate import PERSON, roster

_THUMB = {"phone": (195, 422), "office": (480, 300)}
_GAP, _WIDTH = 12, 2000


class Camera:
    """Numbers its pictures in the order in which they are taken."""

    def __init__(self, out: Path) -> None:
        self.out, self.taken = out, list[Path]()
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)

    def take(self, page: Page, name: str) -> None:
        """Take the whole page; the contact sheet shows what stands on the first screen."""
        kind = "phone" if (page.viewport_size or {})["width"] < 600 else "office"
        path = self.out / f"{len(self.taken) + 1:02d}-{kind}-{name}.png"
        page.wait_for_load_state("load")
        page.screenshot(path=path, full_page=True)
        self.taken.append(path)

    def go(self, page: Page, address: str, name: str) -> None:
        page.goto(address)
        self.take(page, name)

    def contact_sheet(self) -> Path:
        """Write all first screens on one picture, in rows."""
        thumbs = [_thumb(path) for path in self.taken]
        places, x, y, row = [], _GAP, _GAP, 0
        for thumb in thumbs:
            if x + thumb.width + _GAP > _WIDTH:
                x, y, row = _GAP, y + row + _GAP, 0
            places.append((x, y))
            x, row = x + thumb.width + _GAP, max(row, thumb.height)
        sheet = Image.new("RGB", (_WIDTH, y + row + _GAP), "#8b949b")
        for thumb, place in zip(thumbs, places, strict=True):
            sheet.paste(thumb, place)
        sheet.save(self.out / "contact-sheet.png")
        return self.out / "contact-sheet.png"


def _thumb(path: Path) -> Image.Image:
    width, height = _THUMB["phone" if "-phone-" in path.name else "office"]
    with Image.open(path) as picture:
        first_screen = picture.convert("RGB").crop(
            (0, 0, picture.width, min(picture.height, picture.width * height // width))
        )
    first_screen.thumbnail((width, height))
    return first_screen


@contextmanager
def browsers(stack: Stack, folder: Path) -> Iterator[tuple[Page, Page]]:
    """A school PC that saves PDFs instead of showing them, and a phone."""
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps({"plugins": {"always_open_pdf_externally": True}}))
    with sync_playwright() as playwright:
        pc = playwright.chromium.launch_persistent_context(
            folder, executable_path=chromium(), args=FLAGS, viewport=DESKTOP, locale="zh-CN",
            base_url=stack.url("office"),
        )  # fmt: skip
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        handset = browser.new_context(
            viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True, locale="zh-CN",
            base_url=stack.url("candidate"),
        )  # fmt: skip
        for context in (pc, handset):
            _patient(context)
        yield pc.pages[0], handset.new_page()
        browser.close()
        pc.close()


def _patient(context: BrowserContext) -> None:
    context.set_default_timeout(PATIENCE)


def before_the_desk(camera: Camera, pc: Page, handset: Page) -> None:
    camera.go(handset, "/", "首页")
    camera.go(handset, "/sites/?county=0102", "报名点查询")
    camera.go(handset, "/claim/", "第一次登录")
    camera.go(handset, "/sign-in/", "登录")
    camera.go(pc, "/sign-in/", "登录")
    with office.signed_in(pc, "hezhiyuan"):
        camera.go(pc, "/season/clock/", "演示时间")
    with office.signed_in(pc, "wangxiulan"):
        camera.go(pc, "/", "县区今天")
        camera.go(pc, "/sites/", "报名点")
        camera.go(pc, "/segments/", "号段未划")
        office.open_site(pc, expected="60", first="01020001", last="01020600")
        camera.go(pc, "/sites/", "报名点已开通")
        camera.go(pc, "/segments/", "号段")
        pc.get_by_role("table").get_by_role("link", name="扩充").first.click()
        camera.take(pc, "一个报名点的号段")
        camera.go(pc, "/segments/plan/", "按预计人数提议")
        camera.go(pc, "/segments/voids/", "作废号清单")


def at_the_desk(camera: Camera, pc: Page, reader: str) -> str:
    with office.signed_in(pc, "zhoumin"):
        camera.go(pc, "/", "报名点今天")
        camera.go(pc, "/rosters/", "名册")
        office.import_roster(pc, roster())
        camera.take(pc, "名册已导入")
        camera.go(pc, "/desk/", "受理")
        camera.go(pc, "/desk/typing/", "手工录入")
        pc.get_by_role("button", name="核对无误，打开档案").click()
        camera.take(pc, "手工录入有误")
        office.lay_card(pc, reader, PERSON.name)
        office.read_card(pc)
        camera.take(pc, "受理台资格审核")
        office.pass_review(pc)
        blurred = draw(1, sex=PERSON.sex, look=Look(blur=6, tilt=7, shadow=True)).jpeg
        office.take_photo(pc, blurred)
        camera.take(pc, "受理台照片有问题")
        pc.get_by_text("有正当原因拍不成合格照片").click()
        pc.get_by_role("button", name="采用这张照片").click()
        camera.take(pc, "照片放行没写理由")
        camera.go(pc, "/desk/", "受理有照片要处理")
        pc.get_by_role("link", name=PERSON.name).first.click()
        office.take_photo(pc, face(1, sex=PERSON.sex), label="重拍一张")
        camera.take(pc, "受理台发号前")
        pc.get_by_role("button", name="发号").click()
        camera.take(pc, "受理台已发号")
        code = activation_code(print_out(pc, "打印通知单"))
        camera.go(pc, "/photos/", "照片")
        camera.go(pc, "/candidates/", "考生")
        camera.go(pc, "/declarations/", "加分和专项申报")
        pc.get_by_role("searchbox", name="查找考生").fill("司马无名")
        pc.keyboard.press("Enter")
        camera.take(pc, "没有找到")
        camera.go(pc, "/nowhere/", "没有这一页")
        pc.goto("/")
    return code


def on_the_phone(camera: Camera, handset: Page, code: str, inbox: str) -> None:
    phone.claim(handset, PERSON, "0000-0000-0000-0000")
    camera.take(handset, "第一次登录有误")
    phone.claim(handset, PERSON, code)
    camera.take(handset, "任务单开始")
    camera.go(handset, "/fee/", "报名费")
    handset.goto("/tasks/")
    phone.pay_fee(handset)
    camera.go(handset, "/fee/", "已缴费")
    camera.go(handset, "/person-check/", "实人认证")
    handset.goto("/tasks/")
    phone.pass_person_check(handset)
    camera.go(handset, "/person-check/", "实人认证已通过")
    camera.go(handset, "/phone/", "绑定手机")
    handset.goto("/tasks/")
    phone.bind_phone(handset, inbox)
    camera.go(handset, "/passwords/", "两个密码")
    handset.goto("/tasks/")
    phone.set_passwords(handset)
    camera.go(handset, "/pledge/", "承诺书")
    handset.goto("/tasks/")
    phone.pledge(handset)
    camera.take(handset, "任务单待填报")
    phone.fill_form(handset)
    camera.take(handset, "核对并保存")
    for key in ("exam", "school", "contact", "family"):
        camera.go(handset, f"/form/{key}", f"填报-{key}")
    handset.goto("/form/check")
    phone.save(handset, phone.LOGIN)
    camera.take(handset, "保存密码不正确")
    phone.type_save_password(handset, phone.SAVE)
    camera.take(handset, "保存回执")
    camera.go(handset, "/versions/", "全部版本")
    camera.go(handset, "/tasks/", "任务单已保存")
    camera.go(handset, "/declarations/", "优惠加分和专项计划")


def to_the_end(camera: Camera, pc: Page, handset: Page) -> None:
    office.go_to(pc, "核对报名登记表并签字")
    with office.signed_in(pc, "zhoumin"):
        office.find(pc, PERSON.name)
        camera.take(pc, "一名考生待打印")
        print_out(pc, "打印登记表（第1版）")
        pc.reload()
        camera.take(pc, "一名考生待签字")
        pc.get_by_role("button", name="考生已在第1版上签字").click()
        office.assess(pc, "遵纪守法，尊敬师长，团结同学。")
        camera.take(pc, "一名考生已签字")
        camera.go(pc, "/candidates/", "考生已签字")
    with office.signed_in(pc, "wangxiulan"):
        office.find(pc, PERSON.name)
        camera.take(pc, "一名考生待县区完成")
        pc.get_by_role("button", name="完成县区确认").click()
        camera.take(pc, "一名考生县区已完成")
    office.go_to(pc, "市州终审、上报")
    with office.signed_in(pc, "zhangli"):
        camera.go(pc, "/", "市州今天")
        office.find(pc, PERSON.name)
        pc.get_by_role("button", name="通过终审，上报第1版").click()
        camera.take(pc, "一名考生已终审")
    camera.go(handset, "/tasks/", "任务单全部办完")
    handset.goto("/")
    handset.get_by_role("button", name="长辈版").click()
    camera.take(handset, "首页长辈版")
    camera.go(handset, "/tasks/", "任务单长辈版")


def main(out: Path) -> None:
    """Run the product on ports of its own and take all pictures."""
    home = Path(tempfile.mkdtemp(prefix="baoming-shots-"))
    home.chmod(0o755)
    stack, camera = Stack(home, Ports(free_range())), Camera(out)
    try:
        stack.prepare()
        stack.start()
        with browsers(stack, home / "pc") as (pc, handset):
            office.go_to(pc, "报名点审核、采集照片")
            before_the_desk(camera, pc, handset)
            code = at_the_desk(camera, pc, stack.url("reader"))
            on_the_phone(camera, handset, code, stack.url("sms"))
            to_the_end(camera, pc, handset)
        print(camera.contact_sheet())
    finally:
        stack.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/shots"))
