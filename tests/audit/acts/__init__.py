"""How each act of the tables is asked for: every function brings its own people there and returns the request."""

from tests.audit.acts import candidate, confirming, deciding, desk, offices, people, worker
from tests.audit.acts.register import ACTS

__all__ = ["ACTS", "candidate", "confirming", "deciding", "desk", "offices", "people", "worker"]
