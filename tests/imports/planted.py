"""An import of one site, as tests of all routes want one: made past the services, whatever phase it is."""

import json
from uuid import uuid5

from baoming.imports.models import Import, ImportLine
from baoming.imports.queries import import_context, line_context
from baoming.registrations.models import Registration
from baoming.vault.services import keys


def import_of(row: Registration, kind: str = "moral") -> Import:
    """A file of this person's site with one good line about them and one bad line, made on first use; not applied."""
    pk = uuid5(row.pk, f"import {kind}")
    made = Import.objects.filter(pk=pk).first()
    if made is not None:
        return made
    head = {"filename": "考核意见.csv", "header": ["报名序号", "姓名", "考核结果", "考核意见"], "unread": []}
    made = Import.objects.create(
        id=pk, season=row.season, path=row.path, kind=kind, digest="A" * 64, sealed=_sealed(head, import_context(pk)),
        total=2, bad=1, new=1, changed=0, same=0, at=row.created_at, actor_kind="site", actor_id="",
        actor_label="周敏",
    )  # fmt: skip
    values = {"result": "qualified", "text": "该生遵纪守法。"}
    for number, person, change, sentence in ((2, row, "new", ""), (3, None, "bad", "没有填姓名，请补上")):
        content = {"cells": ["01020001", "", "合格", "该生遵纪守法。"], "values": values}
        ImportLine.objects.create(
            source=made, number=number, registration=person, change=change, sentence=sentence,
            sealed=_sealed(content, line_context(pk, number)),
        )  # fmt: skip
    return made


def _sealed(content: object, context: str) -> str:
    return keys().seal(json.dumps(content).encode(), context=context)
