"""When a forgotten save password may be reset, or a lost phone changed, and in which way (R11, R29, T6, mechanism 2).

At the site: a card read by one member of staff, confirmed by another. Online: the old login password, a code
to the bound phone, and a day in which the owner can cancel. A login password that was itself reset by SMS
never counts online: else whoever holds the phone alone would come, step by step, to the save password.

Who has lost the phone and the login password gets another phone at the site: by two members of staff, a day later, if
nobody cancels; in the last 48 hours the county is one of the two. Any request is over by itself after three days.
"""

from datetime import datetime, timedelta

from baoming.shared.moments import moment

DELAY = timedelta(hours=24)  # in which the owner can cancel
LAST = timedelta(hours=48)  # before the deadline: at the site only, a lost phone with the county
GOOD_FOR = timedelta(days=3)  # in which the new one is set
TOLD = timedelta(days=7)  # for which every sign-in is told of it
AT_SITE = "请本人带身份证到报名点，由工作人员读卡核验、另一人复核后重设"


def online_refusal(now: datetime, *, closes: datetime | None, over: bool, recovered: bool, asking: bool) -> str:
    """Return why the save password cannot be reset online now, empty when it can.

    Args:
        closes: of sign-up, for this person; None when it has no end yet.
        over: sign-up has ended for this person.
        recovered: the login password has been reset by SMS.
        asking: it is asked for now and good a day later; otherwise the new one is set now.
    """
    if recovered:
        return f"登录密码用短信重设过，保存密码不能再在网上重设。{AT_SITE}"
    if over:
        return f"填报信息的时间已经结束，不能在网上重设。{AT_SITE}"
    if closes is not None and now + (DELAY if asking else timedelta()) >= closes - LAST:
        wait = "网上重设要等24小时，" if asking else ""
        return f"{wait}截止前48小时内（{moment(closes - LAST)}起）只能到报名点重设。{AT_SITE}"
    return ""


def too_early(now: datetime, ready: datetime | None) -> str:
    """Return why the new save password cannot be set yet or any more, empty when it can."""
    if ready is None:
        return "还要由报名点或县（市、区）的另一名工作人员复核，复核以后再来设置"
    if now < ready:
        return f"为了防止别人冒用，{moment(ready)}起才能设置新的保存密码"
    if lapsed(now, ready):
        return "申请已经过期，请重新申请"
    return ""


def county_confirms(now: datetime, *, closes: datetime | None, over: bool) -> bool:
    """Whether a phone changed at the site is for the county to confirm, and not for the site alone.

    Args:
        closes: of sign-up, for this person; None when it has no end yet.
        over: sign-up has ended for this person.
    """
    return over or (closes is not None and now >= closes - LAST)


def lapsed(now: datetime, due: datetime) -> bool:
    """Whether a request is over by itself. `due`: from when it counts, or would if it were confirmed at once."""
    return now >= due + GOOD_FOR


def takes_effect(now: datetime, ready: datetime | None) -> bool:
    """Whether a phone that was changed at the site may be bound now."""
    return ready is not None and ready <= now and not lapsed(now, ready)


def phone_told(now: datetime, *, due: datetime | None) -> str:
    """Return what every page after sign-in says of a phone that is being changed at the site; empty when none is."""
    if due is None or lapsed(now, due):
        return ""
    when = "现在" if due <= now else f"最早{moment(due)}起"
    return f"有人在报名点申请更换您绑定的手机，{when}可以绑定新号码。不是本人办理的，请马上取消"


def login_told(now: datetime, *, done: datetime | None) -> str:
    """Return what the task list says for a week about a login password that was reset by SMS; `now`: the real clock."""
    if done is None or now >= done + TOLD:
        return ""
    return f"您的登录密码已于{moment(done)}用短信重设。不是本人重设的，请马上带身份证到报名点办理"


def told(now: datetime, *, due: datetime | None, done: datetime | None) -> str:
    """Return what every page after sign-in says about the save password, empty when there is nothing to say."""
    if due is not None and not lapsed(now, due):
        when = "现在" if due <= now else f"{moment(due)}起"
        return f"有人申请重设您的保存密码，{when}可以设置新的。不是本人申请的，请马上取消"
    if done is not None and now < done + TOLD:
        return f"您的保存密码已于{moment(done)}重设。不是本人重设的，请马上带身份证到报名点办理"
    return ""
