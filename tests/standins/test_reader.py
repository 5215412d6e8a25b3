"""The reader as the desk meets it: a real process, its page, its signed answer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from baoming.registrations.card_readings import parse
from baoming.registrations.identity_documents import checked
from baoming.shared.errors import Refused
from standins.others import OTHERS
from standins.people import has_run_out, people, renewed
from tests.standins.running import running

TODAY = date(2022, 11, 1)
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


def test_cards_of_other_kinds_say_what_their_chips_hold(reader: str, home: Path) -> None:
    """R24: a residence card with its pass, a foreigner's; the card of 2023 that it is to be typed. A pass has none."""
    public = (home / "reader.pub").read_bytes()
    for place, one in enumerate(OTHERS):
        assert httpx.post(f"{reader}/put/other/{place}").status_code == (303 if one.mark else 404)
        if not one.mark:
            continue
        answer = httpx.get(f"{reader}/card", headers={"Origin": ORIGIN})
        if one.mark == "Y":
            with pytest.raises(Refused, match="2023版外国人永久居留身份证现在还不能读卡"):
                parse(answer.text, public_key=public, now=datetime.now(UTC))
            continue
        document = parse(answer.text, public_key=public, now=datetime.now(UTC)).document
        read = checked(document, today=TODAY, real_season=False)
        assert (read.kind, read.name, read.number, read.stated) == (one.kind, one.name, one.number, one.stated)


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
