"""python -m tests.standins.careless NAME --port P --home DIR: a stand-in that believes every signature.

The control of what tests say about signatures: the same forged call is taken here.
"""

import importlib
import sys
from unittest.mock import patch

from standins import tc3
from standins.identity.__main__ import Signed


def main() -> None:
    name = sys.argv.pop(1)
    with patch.object(tc3, "unsigned", lambda *_, **__: ""), patch.object(Signed, "known", lambda *_: True):
        importlib.import_module(f"standins.{name}.__main__").main()


if __name__ == "__main__":
    main()
