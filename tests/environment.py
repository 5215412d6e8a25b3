"""The environment of the tests, set before Django's settings are read (a plug-in of pytest, see pyproject.toml)."""

import os
import tempfile
from pathlib import Path

from launcher.postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(tempfile.mkdtemp(prefix="baoming-test-"))
HOME.chmod(0o755)  # as root the server runs as another user
CLUSTER = Cluster(HOME)
DATABASE = "test"

os.environ.update(
    BAOMING_HOME=str(HOME),
    BAOMING_DEMO="1",
    BAOMING_STATIC_STORAGE="django.contrib.staticfiles.storage.StaticFilesStorage",
    DATABASE_URL=CLUSTER.url("worker", DATABASE),
    BAOMING_ADMIN_DATABASE_URL=CLUSTER.url("postgres", "postgres"),
)
