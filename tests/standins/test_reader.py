"""The reader as the desk meets it: a real process, its page, its signed answer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from baoming.registrations.card_readings import parse
from standins.people import has_run_out, people, renewed
from tests.standins.running import running

ORIGIN = "http://127.0.0.1:8001"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reader")


@pytest.fixture(scope="module")
def reader(home: Path) -> Iterator[str]:
    with running("reader", home, "--origin", ORIGIN) as address:
        yield address


def test_a_card_laid_down_is_read_and_proved(reader: str, home: Path) -> None:
    assert "欧阳思远" in httpx.get(reader).text
    assert httpx.post(f"{reader}/put/0").status_code == 303
    answer = httpx.get(f"{reader}/card", headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    reading = parse(answer.text, public_key=(home / "reader.pub").read_bytes(), now=datetime.now(UTC))
    first = people()[0]
    assert (reading.document.name, reading.document.number) == (first.name, first.number)
    assert (reading.document.sex, reading.document.valid_to) == ("1", first.valid_to)


def test_whose_card_has_run_out_may_lay_down_the_new_one(reader: str, home: Path) -> None:
    [place] = [place for place, one in enumerate(people()) if has_run_out(one)]
    assert f"放上{people()[place].name}换领的新证" in httpx.get(reader).text
    assert httpx.post(f"{reader}/put/{place}/renewed").status_code == 303
    answer = httpx.get(f"{reader}/card", headers={"Origin": ORIGIN})
    reading = parse(answer.text, public_key=(home / "reader.pub").read_bytes(), now=datetime.now(UTC))
    assert reading.document.number == people()[place].number
    assert reading.document.valid_to == renewed(people()[place]).valid_to


def test_no_card_is_said_after_a_while(reader: str) -> None:
    httpx.post(f"{reader}/take")
    answer = httpx.get(f"{reader}/card", headers={"Origin": ORIGIN}, timeout=10)
    assert answer.status_code == 404
    assert "重新读卡" in answer.json()["message"]


@pytest.mark.parametrize("headers", [{"Origin": "http://127.0.0.1:9999"}, {"Origin": "null"}, {}])
def test_only_the_paired_portal_may_ask(reader: str, headers: dict[str, str]) -> None:
    httpx.post(f"{reader}/put/1")
    strange = httpx.get(f"{reader}/card", headers=headers)
    assert strange.status_code == 403
    assert strange.content == b""
    assert "access-control-allow-origin" not in strange.headers


def test_the_browser_may_ask_for_the_paired_portal(reader: str) -> None:
    asked = httpx.options(f"{reader}/card", headers={"Origin": ORIGIN})
    assert asked.headers["access-control-allow-private-network"] == "true"


def test_its_key_is_readable_by_its_owner_alone(reader: str, home: Path) -> None:
    assert (home / "reader.key").stat().st_mode & 0o777 == 0o600
