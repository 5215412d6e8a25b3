"""The environment of the tests, set before Django's settings are read (a plug-in of pytest, see pyproject.toml).

Each process of a run in several (`pytest -n`) has a folder, keys and a PostgreSQL of its own.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from launcher.postgres import Cluster


class _Hasty(Cluster):
    """A server that waits for no disk: what a run leaves behind nobody reads, whatever happens to the machine.

    It ends no transaction that idles either: each test is one, and a busy machine may leave it a minute without a turn.
    """

    def _options(self) -> dict[str, str]:
        return {**super()._options(), "fsync": "off", "idle_in_transaction_session_timeout": "0"}


ROOT = Path(__file__).resolve().parent.parent
HOME = Path(tempfile.mkdtemp(prefix="baoming-test-"))
HOME.chmod(0o755)  # as root the server runs as another user
CLUSTER = _Hasty(HOME)
DATABASE = "test"
_FIRST = ("journey", "slow")  # markers of the longest files

os.environ.update(
    BAOMING_HOME=str(HOME),
    BAOMING_DEMO="1",
    BAOMING_PERSON_CHECK="http://127.0.0.1:9",  # nobody listens there: a test that asks a service runs its stand-in
    BAOMING_NETWORK_ID="http://127.0.0.1:9",
    BAOMING_STATIC_STORAGE="django.contrib.staticfiles.storage.StaticFilesStorage",
    DATABASE_URL=CLUSTER.url("worker", DATABASE),
    BAOMING_ADMIN_DATABASE_URL=CLUSTER.url("postgres", "postgres"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes none shall begin with the longest file when the others have done: those come first."""
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: next((n for n, name in enumerate(_FIRST) if item.get_closest_marker(name)), len(_FIRST))
        )


def pytest_unconfigure() -> None:
    """Leave nothing behind, also of the process that only hands the tests out."""
    shutil.rmtree(HOME, ignore_errors=True)
