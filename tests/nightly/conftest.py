"""The long runs ask faster than people."""

from tests.matrix.conftest import without_haste

__all__ = ["without_haste"]
