"""What a candidate does on the phone: by roles and labels only, as a person finds things."""

import re

from playwright.sync_api import Page, expect

from standins.people import Person

NUMBER, GUARDIAN = "19900006021", "19900001234"
LOGIN, SAVE = "wode-mima-2022", "lvcha-xiang-58"


def claim(page: Page, person: Person, code: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="第一次登录").click()
    page.get_by_label("姓名").fill(person.name)
    page.get_by_label("公民身份号码").fill(person.number)
    page.get_by_label("身份证有效期止日").fill(person.valid_to.isoformat())
    page.get_by_label("激活码").fill(code)
    page.get_by_role("button", name="登录").click()


def pay_fee(page: Page) -> None:
    page.get_by_role("link", name="去缴报名费", exact=True).click()
    page.get_by_label("报名费一经缴纳不退费").check()
    page.get_by_role("button", name="去缴报名费").click()
    page.get_by_role("link", name="去支付").click()
    page.get_by_role("button", name="确认支付").click()
    page.get_by_role("link", name="下一步").click()


def pass_person_check(page: Page) -> None:
    page.get_by_role("link", name="去做实人认证", exact=True).click()
    page.get_by_label("我同意为本次报名做一次人脸识别").check()
    page.get_by_role("button", name="去做实人认证").click()
    page.get_by_role("link", name="去认证").click()
    page.get_by_role("button", name="通过", exact=True).click()
    page.get_by_role("link", name="下一步").click()


def bind_phone(page: Page, inbox: str) -> None:
    """Ask for a code, read it in the inbox at address `inbox`, and type it."""
    page.get_by_role("link", name="去绑定手机", exact=True).click()
    page.get_by_label("手机号码").fill(NUMBER)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("短信验证码").fill(_received(page, inbox))
    page.get_by_role("button", name="绑定这个手机").click()


def _received(page: Page, inbox: str) -> str:
    """Look at the messages until the code is there, in another window."""
    messages = page.context.new_page()
    messages.goto(f"{inbox}/?number={NUMBER}")
    row = messages.get_by_role("row").filter(has_text="用于绑定手机")
    for _ in range(30):
        if row.count():
            break
        messages.wait_for_timeout(300)
        messages.reload()
    found = re.search(r"(?<!\d)\d{6}(?!\d)", row.first.inner_text())
    assert found
    messages.close()
    return found.group()


def set_passwords(page: Page) -> None:
    page.get_by_role("link", name="去设置密码", exact=True).click()
    page.get_by_label("登录密码", exact=True).fill(LOGIN)
    page.get_by_label("保存密码", exact=True).fill(SAVE)
    page.get_by_role("button", name="设置两个密码").click()


def pledge(page: Page) -> None:
    page.get_by_role("link", name="去阅读承诺书", exact=True).click()
    page.get_by_label("我已读完以上承诺").check()
    page.get_by_role("button", name="确认承诺").click()


def fill_form(page: Page) -> None:
    """Four pages, each kept as a draft."""
    page.get_by_role("link", name="去填报", exact=True).click()
    page.get_by_role("radio", name=re.compile("普通高等学校招生统一考试")).check()
    page.get_by_role("button", name="存为草稿，下一部分").click()
    for name in ("物理", "英语", "不参加"):  # asked once the type is known
        page.get_by_role("radio", name=name, exact=True).check()
    for name in ("化学", "生物学"):
        page.get_by_role("checkbox", name=name, exact=True).check()
    page.get_by_role("button", name="存为草稿，下一部分：个人与学校").click()
    for name in ("城镇应届", "普通高中毕业"):
        page.get_by_role("radio", name=name, exact=True).check()
    page.get_by_label("政治面貌").select_option(label="中国共产主义青年团团员")
    page.get_by_label("毕业学校").fill("长沙市芙蓉区第一中学")
    page.get_by_role("button", name="存为草稿，下一部分：联系方式").click()
    page.get_by_label("市（州）").select_option(label="长沙市")
    page.get_by_label("县（市、区）").select_option(label="芙蓉区")
    page.get_by_label("乡镇或街道").fill("马坡岭街道")
    page.get_by_label("村、路和门牌号").fill("远大二路1238号6栋1204")
    page.get_by_label("邮政编码").fill("410016")
    page.get_by_label("收件人").fill("欧阳明")
    page.get_by_role("button", name="存为草稿，下一部分：家庭与特长").click()
    page.get_by_role("radio", name="母亲").check()
    page.get_by_label("家长姓名").fill("阿依古丽·买买提")
    page.get_by_label("家长电话").fill(GUARDIAN)
    page.get_by_role("button", name="存为草稿，去核对").click()


def save(page: Page, password: str = SAVE) -> None:
    """Open the sheet on the check page and save."""
    page.get_by_role("link", name="去保存").click()
    type_save_password(page, password)


def type_save_password(page: Page, password: str) -> None:
    page.get_by_label("保存密码", exact=True).fill(password)
    page.get_by_role("button", name="确认并保存报名信息").click()


def expect_task(page: Page, title: str) -> None:
    """The task list names `title` as the next thing to do."""
    expect(page.get_by_role("region", name="现在要做").get_by_role("link", name=title)).to_be_visible()
