"""`make run`: bring everything up, print where it is, stop it all at Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import FrameType

from launcher.home import KeysLost, home
from launcher.postgres import PostgresMissing
from launcher.stack import Ports, PortTaken, Stack

ACCOUNTS = (  # of many: cast.py in demo/ has them all
    ("周敏", "zhoumin", "芙蓉一中报名点 (site operator)"),
    ("王秀兰", "wangxiulan", "芙蓉区招生办 (county office)"),
    ("张莉", "zhangli", "长沙市教育考试院 (city office)"),
    ("何平", "heping", "长沙市教育考试院 (city office: the second person, who approves exports)"),
    ("何志远", "hezhiyuan", "湖南省教育考试院 (province office: moves the demo's clock)"),
    ("刘洋", "liuyang", "天心一中报名点 (operator of the neighbouring county)"),
    ("陈红", "chenhong", "天心区招生办 (the neighbouring county office)"),
    ("谭磊", "tanlei", "系统管理员 (accounts of staff)"),
    ("蒋玥", "jiangyue", "安全管理员 (approves what is asked for accounts)"),
    ("邝锐", "kuangrui", "审计管理员 (logs)"),
    ("李强", "liqiang", "芙蓉一中 (class teacher)"),
)


def main() -> int:
    try:
        stack = Stack(home(), Ports(int(os.environ.get("PORT", "8000"))))
    except KeysLost as problem:
        print(problem, file=sys.stderr)
        return 1
    return run(stack)


def run(stack: Stack, *, before: Callable[[Stack], None] = lambda _: None) -> int:
    """Bring a stack up and keep it up until Ctrl-C; `before` is done with the database alone, before it starts."""
    signal.signal(signal.SIGTERM, _interrupt)
    people: subprocess.Popen[bytes] | None = None
    try:
        print("Preparing the database and the demo season ...", flush=True)
        stack.prepare()
        before(stack)
        stack.start()
        print(_welcome(stack), flush=True)
        people = stack.load_people()
        if people is not None:
            _follow(people, stack)
        while True:
            time.sleep(1)
            stack.group.watch_once()
    except (PostgresMissing, PortTaken, TimeoutError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        # A second Ctrl-C must not leave processes behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if people is not None and people.poll() is None:  # what it has done so far is undone whole
            people.kill()
            people.wait()
        stack.stop()


def _follow(people: "subprocess.Popen[bytes]", stack: Stack) -> None:
    """Say that 600 people are coming, and when they are there; the portals answer meanwhile."""
    print("  600 candidates are being brought to their steps, in the background: a minute or two.", flush=True)
    begun = time.monotonic()
    while people.poll() is None:
        time.sleep(0.5)
        stack.group.watch_once()
    if people.returncode:
        print(f"  The candidates could not be loaded; see {stack.group.log / 'people.log'}", file=sys.stderr)
    else:
        print(f"  They are there, after {time.monotonic() - begun:.0f} seconds. Reload the pages.", flush=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _welcome(stack: Stack) -> str:
    lines = [
        "",
        f"  Candidate portal 考生综合信息平台   {stack.url('candidate')}/",
        f"  Office portal    招考信息管理系统   {stack.url('office')}/",
        *(f"  Stand-in {service.name:<16} {stack.url(service.name)}/" for service in stack.group.services
          if service.command[1:2] == ["-m"]),
        "",
        "  Demo staff, password yanshi-2023:",
        *(f"    {handle:<12} {name}  {office}" for name, handle, office in ACCOUNTS),
        "  PIN of sites and counties, whose desk is locked after 15 minutes: 385217",
        f"  Counties, cities, province and administrators also give a code: {stack.url('guide')}/code",
        "",
        f"  Data and logs: {stack.home}    Stop: Ctrl-C",
    ]  # fmt: skip
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
