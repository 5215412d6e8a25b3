"""The way as a strip over the page: the eight official boxes, then what the offices do."""

from baoming.registrations.journey import STEPS
from baoming.registrations.models import Registration
from baoming.registrations.tasklist import Box, Status, Task, TaskList
from baoming.shared.moments import stamp

# Steps of the strip after the candidate's eight boxes, which end with the signature.
_AFTER = ("moral_assessment", "completion", "final_review")


def way(tasks: TaskList, registration: Registration) -> list[dict[str, str]]:
    """Return the parts of the strip: name, what is said below it, state."""
    found = {task.key: task for task in tasks.all}
    boxes = [
        {"name": box.title, "said": _when(box, tasks, registration), "state": box.status.value} for box in tasks.boxes
    ]
    return [*boxes, *(_part(found[key]) for key in _AFTER if key in found)]


def _when(box: Box, tasks: TaskList, registration: Registration) -> str:
    """When the last step of a filled box was done; of the form, which version."""
    if box.status is not Status.DONE:
        return ""
    times = [task.at for task in tasks.done if task.at and STEPS[task.key].box == box.letter]
    said = stamp(max(times)) if times else ""
    return f"第{registration.version}版，{said[:5]}" if box.letter == STEPS["form"].box else said


def _part(task: Task) -> dict[str, str]:
    said = stamp(task.at) if task.at else (task.who if task.status is Status.DOING else "")
    return {"name": STEPS[task.key].zh, "said": said, "state": task.status.value}
