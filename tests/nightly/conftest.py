"""The long runs ask faster than people."""

from tests.matrix.conftest import asked_fast, without_haste

__all__ = ["asked_fast", "without_haste"]
