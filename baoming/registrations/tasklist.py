"""One live task list for candidate and office alike: now, waiting, done, later (ux.md section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from baoming.audit.actors import PARTY_NAMES, Party
from baoming.registrations.journey import BOXES, JOURNEY, Hold, State, Step
from baoming.schedule.windows import PhaseTime
from baoming.shared.moments import moment, short


class Status(StrEnum):
    """The words are class names of the look: a hollow, a half, a filled and a dashed box."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    PROBLEM = "problem"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Task:
    """One step as a person reads it."""

    key: str
    title: str  # of the step, or what ends the hold on it
    status: Status
    who: str  # who must act
    said: str  # the second line: until when, why not yet
    verb: str = ""
    at: datetime | None = None  # when it was done
    closes: datetime | None = None
    over: bool = False  # its time has passed and it is not done


@dataclass(frozen=True, slots=True)
class Box:
    """One of the eight official boxes."""

    letter: str
    title: str
    place: int  # 1..8
    status: Status


@dataclass(frozen=True, slots=True)
class TaskList:
    now: list[Task] = field(default_factory=list)
    waiting: list[Task] = field(default_factory=list)
    done: list[Task] = field(default_factory=list)
    later: list[Task] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    stopped: str = ""  # why nothing is done any more

    @property
    def all(self) -> list[Task]:
        return [*self.now, *self.waiting, *self.done, *self.later]

    @property
    def missing(self) -> list[Task]:
        """What is not done yet, whoever must act, in the order of the journey."""
        return [*self.now, *self.waiting, *self.later]

    @property
    def again(self) -> Task | None:
        """The done step that the viewer may do anew now."""
        return next((task for task in self.done if task.verb), None)

    @property
    def box(self) -> Box | None:
        """The current box: the first that is not done."""
        return next((box for box in self.boxes if box.status is not Status.DONE), None)


def task_list(
    state: State, viewer: Party, *, done_at: Mapping[str, datetime], returned: Mapping[str, str] | None = None
) -> TaskList:
    """Return the list as `viewer` sees it: what is theirs stands under `now`, others' work under `waiting`.

    `returned`: of steps that an office gave back, why, and what the candidate is to do for it.
    """
    tasks = TaskList(boxes=boxes(state), stopped=state.stopped)
    groups = {Status.TODO: tasks.now, Status.PROBLEM: tasks.now, Status.DOING: tasks.waiting,
              Status.DONE: tasks.done, Status.LATER: tasks.later}  # fmt: skip
    for step in JOURNEY:
        if state.applies(step.key):
            task = _again(_task(step, state, viewer, done_at.get(step.key)), viewer, (returned or {}).get(step.key))
            groups[task.status].append(task)
    return tasks


def boxes(state: State) -> list[Box]:
    """Return the eight official boxes; a box is filled when all its steps are done."""
    filled = [
        all(step.key in state.done for step in JOURNEY if step.box == letter and state.applies(step.key))
        for letter, _ in BOXES
    ]
    first = filled.index(False) if False in filled and not state.stopped else len(filled)
    return [
        Box(letter, title, place + 1, _box_status(filled[place], place == first))
        for place, (letter, title) in enumerate(BOXES)
    ]


def _box_status(filled: bool, current: bool) -> Status:
    if filled:
        return Status.DONE
    return Status.TODO if current else Status.LATER


def _task(step: Step, state: State, viewer: Party, at: datetime | None) -> Task:
    actors = state.actors(step.key)
    who = "、".join(PARTY_NAMES[actor] for actor in actors)
    time = state.open_phase(step.key)
    if step.key in state.done:
        said = short(at) if at else "已完成"
        if step.again and time and viewer in actors and not _closed(step, state):
            return Task(step.key, step.zh, Status.DONE, who, said, verb=step.again, at=at, closes=time.closes)
        return Task(step.key, step.zh, Status.DONE, who, said, at=at)
    if state.stopped:
        return Task(step.key, step.zh, Status.LATER, who, "已停止办理")
    if state.missing(step.key) or time is None:
        return Task(step.key, step.zh, Status.LATER, who, _why_later(step, state), over=_is_over(step, state))
    until = f"{moment(time.closes)}之前" if time.closes else ""
    if holds := state.holds_on(step.key):
        return _held(step, holds[0], viewer, who, time.closes)
    if viewer in actors:
        return Task(step.key, step.zh, Status.TODO, who, until, verb=step.verb, closes=time.closes)
    if viewer is Party.CANDIDATE and step.come:
        return Task(step.key, step.zh, Status.TODO, PARTY_NAMES[viewer], f"{step.come}，{until}", closes=time.closes)
    return Task(step.key, step.zh, Status.DOING, who, f"{who}办理，{until}", closes=time.closes)


def _held(step: Step, hold: Hold, viewer: Party, who: str, closes: datetime | None) -> Task:
    """A step on hold; what the candidate can do about it stands before its name."""
    if not hold.todo:
        return Task(step.key, step.zh, Status.PROBLEM, who, hold.reason, closes=closes)
    name = PARTY_NAMES[Party.CANDIDATE]
    title = hold.todo if viewer is Party.CANDIDATE else f"{name}{hold.todo}"
    return Task(step.key, title, Status.PROBLEM, name, hold.reason, closes=closes)


def _again(task: Task, viewer: Party, why: str | None) -> Task:
    """A step given back says why; the candidate, who must come for it, finds it under `now`."""
    if not why or task.status not in (Status.TODO, Status.DOING):
        return task
    status = Status.PROBLEM if viewer is Party.CANDIDATE else task.status
    until = f"，{moment(task.closes)}之前" if task.closes else ""
    return replace(task, status=status, said=f"{why}{until}")


def _closed(step: Step, state: State) -> bool:
    """Whether the county's completion, a hold or a withdrawal keeps a done step from being done anew."""
    return bool(state.stopped) or "completion" in state.done or bool(state.holds_on(step.key))


def _times(step: Step, state: State) -> list[PhaseTime]:
    return [state.phases[phase] for phase in step.phases if phase in state.phases]


def _is_over(step: Step, state: State) -> bool:
    times = _times(step, state)
    return any(time.over for time in times) and not any(time.open or time.opens for time in times)


def _why_later(step: Step, state: State) -> str:
    times = _times(step, state)
    if any(time.open for time in times):
        return "前面的步骤完成后开放"
    if openings := [time.opens for time in times if time.opens]:
        return f"{short(min(openings))}开放"
    ends = [time.closes for time in times if time.closes and time.over]
    return f"已于{short(max(ends))}结束" if ends else "需要时由报名点开放"
