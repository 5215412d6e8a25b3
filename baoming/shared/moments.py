"""Moments as people read them. Stored in UTC, shown in Beijing time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from baoming.shared.errors import Invalid

BEIJING = ZoneInfo("Asia/Shanghai")
_WEEKDAYS = "一二三四五六日"


def day(value: date) -> str:
    """Return `2022年11月9日`."""
    return f"{value.year}年{value.month}月{value.day}日"


def moment(value: datetime) -> str:
    """Return `2022年11月9日（周三）17:00`, Beijing time."""
    local = value.astimezone(BEIJING)
    return f"{day(local)}（周{_WEEKDAYS[local.weekday()]}）{local.hour}:{local.minute:02d}"


def short(value: datetime) -> str:
    """Return `11月9日17:00`, Beijing time."""
    local = value.astimezone(BEIJING)
    return f"{local.month}月{local.day}日{local.hour}:{local.minute:02d}"


def stamp(value: datetime) -> str:
    """Return `11-09 17:00`, Beijing time, for dense tables."""
    return f"{value.astimezone(BEIJING):%m-%d %H:%M}"


def full_stamp(value: datetime) -> str:
    """Return `2022-11-09 17:00:05`, Beijing time, for printed foots."""
    return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"


def typed_moment(text: str, field: str) -> datetime | None:
    """Read a Beijing time as an input of type datetime-local sends it; None for an empty one. Raises Invalid."""
    if not text.strip():
        return None
    try:
        typed = datetime.fromisoformat(text.strip())
        if 2000 <= typed.year <= 2100 and typed.tzinfo is None:
            return typed.replace(tzinfo=BEIJING)
    except ValueError:
        pass
    raise Invalid({field: "请按“2022-11-03 08:00”的样子填写日期和时间"})
