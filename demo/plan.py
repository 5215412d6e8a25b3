"""The table: how many pupils of which site have come how far, and what each has done (tests/demo reads it too).

A pupil at a stage has done the chain up to its last act, then the acts beside it. Change the table,
and the season changes with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from baoming.shared.moments import BEIJING

CHAIN = (
    "open", "pass", "photo", "number", "slip", "claim", "order", "pay", "check", "phone", "passwords", "pledge",
    "save", "print", "sign", "assess", "complete", "review",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a pupil has come. `last`: of the chain, empty for nothing; `then`: what was done beside or after it."""

    key: str
    zh: str
    last: str
    then: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()  # by site, in the order of cast.SITES

    @property
    def acts(self) -> tuple[str, ...]:
        return (*CHAIN[: CHAIN.index(self.last) + 1], *self.then) if self.last else ()


STAGES = (
    Stage("absent", "在名册上，还没有到场", "", (), (54, 88, 4, 3, 6, 12)),
    Stage("opened", "读了证件，等资格审核", "open", (), (2, 0, 1, 1, 2, 6)),
    Stage("returned", "资格审核退回", "open", ("return",), (2, 0, 1, 1, 1, 1)),
    Stage("passed", "审核通过，等照相", "pass", (), (2, 0, 1, 1, 2, 4)),
    Stage("photographed", "照了相，等发号", "photo", (), (2, 0, 1, 1, 2, 4)),
    Stage("numbered", "发了号，还没有打印通知单", "number", (), (2, 0, 1, 1, 3, 3)),
    Stage("slip", "拿到通知单，还没有登录", "slip", (), (5, 0, 2, 3, 6, 6)),
    Stage("claimed", "登录了，还没有缴费", "claim", (), (2, 0, 1, 2, 3, 4)),
    Stage("unpaid", "下了单，还没有付款", "order", (), (2, 0, 1, 1, 2, 2)),
    Stage("closed", "没有付款，订单已关闭", "order", ("close",), (1, 0, 1, 1, 1, 1)),
    Stage("paid", "缴了费，等实人认证", "pay", (), (2, 0, 1, 2, 3, 4)),
    Stage("checked", "认证通过，等绑定手机", "check", (), (2, 0, 1, 1, 2, 2)),
    Stage("phone", "绑定了手机，等设密码", "phone", (), (2, 0, 1, 1, 2, 2)),
    Stage("passwords", "设了密码，等读承诺书", "passwords", (), (2, 0, 1, 1, 2, 2)),
    Stage("pledged", "读了承诺书，等填报", "pledge", (), (3, 0, 2, 3, 5, 6)),
    Stage("draft", "填了一半，没有保存", "pledge", ("draft",), (4, 0, 3, 4, 6, 7)),
    Stage("saved", "保存了，等打印登记表", "save", (), (11, 0, 8, 9, 29, 20)),
    Stage("declared", "保存了，也申报了专项计划", "save", ("declare",), (1, 0, 0, 0, 1, 0)),
    Stage("saved_again", "改过以后又保存了一版", "save", ("resave",), (4, 0, 3, 3, 8, 2)),
    Stage("printed", "打印了登记表，等签字", "print", (), (6, 0, 4, 4, 2, 0)),
    Stage("void", "打印以后又保存，登记表作废", "print", ("resave",), (3, 0, 2, 2, 0, 0)),
    Stage("correction", "校对有误，正在更正", "print", ("correct",), (2, 0, 1, 1, 0, 0)),
    Stage("signed", "签了字，等品德考核", "sign", (), (6, 0, 4, 4, 0, 0)),
    Stage("assessed", "等县区完成", "assess", (), (10, 0, 8, 7, 0, 0)),
    Stage("unqualified", "品德考核不合格，暂停", "sign", ("object",), (1, 0, 1, 1, 0, 0)),
    Stage("completed", "等市州终审", "complete", (), (12, 0, 12, 11, 0, 0)),
    Stage("reopened", "县区完成以后又重新打开", "complete", ("reopen",), (1, 0, 1, 1, 0, 0)),
    Stage("reviewed", "终审通过", "review", (), (14, 0, 21, 18, 0, 0)),
)

# When the three shifts of a site do what: "day of November, hour:minute". All is past at NOW.
SHIFTS: tuple[Mapping[str, str], ...] = (
    {"open": "1 08:20", "claim": "1 12:20", "print": "2 08:40", "resave": "2 12:30", "sign": "2 14:30",
     "complete": "3 08:10", "reopen": "3 08:50", "review": "3 09:10"},
    {"open": "1 14:00", "claim": "1 18:30", "print": "2 10:20", "resave": "2 18:30", "sign": "2 15:30",
     "complete": "3 08:20", "reopen": "3 08:55", "review": "3 09:25"},
    {"open": "2 08:20", "claim": "2 11:40", "print": "2 15:20", "resave": "2 19:30", "sign": "2 16:20",
     "complete": "3 08:30", "reopen": "3 09:00", "review": "3 09:40"},
)  # fmt: skip
# Minutes after the act named first in a row above.
AFTER = {
    "return": ("open", 2), "pass": ("open", 2), "photo": ("open", 4), "number": ("open", 5), "slip": ("open", 6),
    "order": ("claim", 3), "pay": ("claim", 5), "close": ("claim", 8), "check": ("claim", 7), "phone": ("claim", 10),
    "passwords": ("claim", 13), "pledge": ("claim", 16), "draft": ("claim", 27), "save": ("claim", 41),
    "declare": ("claim", 52), "correct": ("print", 9), "assess": ("sign", 11), "object": ("sign", 12),
}  # fmt: skip
READY = datetime(2022, 10, 31, 15, 0, tzinfo=BEIJING)  # when sites were opened and rosters taken in
NOW = datetime(2022, 11, 3, 10, 0, tzinfo=BEIJING)
PILOT = "43/01/"  # the area where confirmation and submission are open before their time, so that all can be seen
FRESH_CARDS = 50  # of the first class: their cards lie at the stand-in reader, and they have not come yet
AT_THE_DESK = 10  # pupils of the same class at the five stages that follow


def moment(act: str, *, shift: int, place: int) -> datetime:
    """Return when the pupil at `place` of a shift does `act`: one after the other, two minutes apart."""
    first, minutes = AFTER.get(act, (act, 0))
    day, clock = SHIFTS[shift][first].split()
    hour, minute = clock.split(":")
    start = datetime(2022, 11, int(day), int(hour), int(minute), tzinfo=BEIJING)
    apart = timedelta(seconds=20) if first in ("complete", "reopen", "review") else timedelta(minutes=2)
    return start + timedelta(minutes=minutes) + apart * place
