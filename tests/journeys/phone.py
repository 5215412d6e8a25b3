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
    page.get_by_label("证件号码").fill(person.number)
    page.get_by_label("证件有效期止日").fill(person.valid_to.isoformat())
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
    page.get_by_role("button", name="去做人脸识别").click()
    page.get_by_role("link", name="去认证").click()
    page.get_by_role("button", name="通过", exact=True).click()
    page.get_by_role("link", name="下一步").click()


def bind_phone(page: Page, inbox: str, number: str = NUMBER) -> None:
    """Ask for a code, read it in the inbox at address `inbox`, and type it."""
    page.get_by_role("link", name="去绑定手机", exact=True).click()
    page.get_by_label("手机号码").fill(number)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("短信验证码").fill(_received(page, inbox, number))
    page.get_by_role("button", name="绑定这个手机").click()


def _received(page: Page, inbox: str, number: str) -> str:
    """Look at the messages until the code is there, in another window."""
    messages = page.context.new_page()
    messages.goto(f"{inbox}/?number={number}")
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
    """Nine pages, each kept as a draft."""
    page.get_by_role("link", name="去填报", exact=True).click()
    page.get_by_role("radio", name=re.compile("普通高等学校招生统一考试")).check()
    go_on(page, "选考科目与外语")
    expect(
        page.get_by_role("status").filter(has_text="还要选一项：专业统考")
    ).to_be_focused()  # asked once the type is known
    page.get_by_role("radio", name="不参加", exact=True).check()
    go_on(page, "选考科目与外语")
    choose_subjects(page)
    go_on(page, "个人与学校")
    for name in ("城镇应届", "普通高中毕业"):
        page.get_by_role("radio", name=name, exact=True).check()
    page.get_by_label("政治面貌").select_option(label="中国共产主义青年团团员")
    page.get_by_label("毕业学校").fill("芙蓉一中")
    page.get_by_role("button", name="查找学校").click()
    page.get_by_role("radio", name="长沙市芙蓉区第一中学").check()
    go_on(page, "户籍")
    page.get_by_role("radio", name="城镇", exact=True).check()
    region(page)
    go_on(page, "联系方式")
    region(page)
    page.get_by_label("村、路和门牌号").fill("远大二路1238号6栋1204")
    page.get_by_label("邮政编码").fill("410016")
    page.get_by_label("收件人").fill("欧阳明")
    go_on(page, "简历")
    history(page)
    go_on(page, "家庭成员")
    family = page.get_by_role("group", name="家庭成员1")
    family.get_by_label("关系").select_option(label="母亲")
    family.get_by_label("姓名").fill("阿依古丽·买买提")
    family.get_by_label("联系电话").fill(GUARDIAN)
    go_on(page, "特长与奖惩")
    go_on(page, "合理便利")
    page.get_by_role("radio", name="否", exact=True).check()
    page.get_by_role("button", name="存为草稿，去核对").click()


def go_on(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"存为草稿，下一部分：{title}").click()


def choose_subjects(page: Page) -> None:
    for group, name in (("首选科目", "物理"), ("应试语种", "英语"), ("外语口试", "不参加")):
        page.get_by_role("group", name=group).get_by_role("radio", name=name, exact=True).check()
    for name in ("化学", "生物学"):
        page.get_by_role("checkbox", name=name, exact=True).check()


def region(page: Page) -> None:
    page.get_by_label("市（州）").select_option(label="长沙市")
    page.get_by_label("县（市、区）").select_option(label="芙蓉区")
    page.get_by_label("乡镇或街道").fill("马坡岭街道")


def history(page: Page) -> None:
    schools = (
        ("2020.09", "2023.06", "长沙市芙蓉区第一中学", "周明"),
        ("2017.09", "2020.06", "长沙市芙蓉区育才初级中学", "李文"),
        ("2011.09", "2017.06", "长沙市芙蓉区育才小学", "陈桂芳"),
    )
    for place, (begins, ends, school, witness) in enumerate(schools, start=1):
        line = page.get_by_role("group", name=f"简历{place}")
        line.get_by_label("起始年月").fill(begins)
        line.get_by_label("终止年月").fill(ends)
        line.get_by_label("在何地何校").fill(school)
        line.get_by_label("任职").fill("学生")
        line.get_by_label("证明人").fill(witness)


def save(page: Page, password: str = SAVE) -> None:
    """Open the sheet on the check page and save."""
    page.get_by_role("link", name="去保存").click()
    subjects = page.get_by_label("我确认选考")
    if subjects.is_visible():  # set or changed
        subjects.check()
    type_save_password(page, password)


def type_save_password(page: Page, password: str) -> None:
    page.get_by_label("保存密码", exact=True).fill(password)
    page.get_by_role("button", name="确认并保存报名信息").click()


def expect_task(page: Page, title: str) -> None:
    """The task list names `title` as the next thing to do."""
    expect(page.get_by_role("region", name="现在要做").get_by_role("link", name=title)).to_be_visible()
