"""Every verb of the audit log has its words on the office's page."""

import ast
from collections.abc import Iterator
from pathlib import Path

import baoming
from baoming.registrations.journey import STEPS
from baoming.reviews.cases import OPEN, Act
from baoming.web.office.words import ALL_VERBS, KINDS, QUIET, SEGMENT_VERBS, VERBS

PACKAGE = Path(baoming.__file__).parent
NOT_OF_A_CANDIDATE = {
    *SEGMENT_VERBS,
    "fetch_prints",
    "take_scans",
    "print_resign_list",
    "drop_scans",
    "use_up_address",
    "import_roster",
    "check_import",
    "export_bad_lines",
    "set_clock",
    "start_batch",
    "verify_audit",
}  # never on a candidate's page


def recorded() -> Iterator[str]:
    """The verbs that `record` is called with; of an f-string, what stands before its first value."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"record", "record_many"}
            ):
                verb = node.args[0]
                if isinstance(verb, ast.JoinedStr):
                    verb = verb.values[0]
                assert isinstance(verb, ast.Constant), path
                yield verb.value


def test_every_recorded_verb_has_words() -> None:
    verbs = set(recorded()) - NOT_OF_A_CANDIDATE
    assert {"save_form", "claim", "step:", "undo:", "hold:", "clear:", "case:"} <= verbs
    plain = {verb for verb in verbs if not verb.endswith(":")}
    assert plain <= set(VERBS), plain - set(VERBS)


def test_every_verb_has_words_for_who_reads_the_audit_and_stands_in_one_kind() -> None:
    assert {verb for verb in recorded() if not verb.endswith(":")} <= set(ALL_VERBS)
    listed = [verb for verbs in KINDS.values() for verb in verbs]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(ALL_VERBS)


def test_the_acts_on_segments_are_recorded_under_these_names() -> None:
    assert set(SEGMENT_VERBS) <= set(recorded())


def test_every_step_and_its_return_have_words() -> None:
    assert {f"{way}:{key}" for way in ("step", "undo") for key in STEPS} <= set(VERBS)


def test_holds_are_placed_and_cleared_in_words() -> None:
    kinds = {verb.partition(":")[2] for verb in VERBS if verb.startswith(("hold:", "clear:"))}
    assert kinds == {"reverification", "moral_assessment", "dispute", "system_check", "case"}
    assert {f"{way}:{kind}" for way in ("hold", "clear") for kind in kinds} <= set(VERBS)


def test_every_act_of_a_special_case_has_words_and_no_other() -> None:
    assert {verb for verb in VERBS if verb.startswith("case:")} == {f"case:{act}" for act in (OPEN, *Act)}


def test_what_is_not_shown_is_known() -> None:
    assert set(VERBS) >= QUIET
