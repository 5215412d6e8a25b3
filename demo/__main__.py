"""python -m demo: load the people of the demo into the season that `manage.py load_demo` made. Once is enough.

python -m demo --begin-again MOMENT: after the database was put back to its start, the clock and the files too;
MOMENT, as ISO 8601 has it: when the former database was gone.
"""

import os
import sys
import time
from datetime import datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baoming.config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from baoming.seasons.queries import current_season  # noqa: E402
from baoming.web.management.commands.load_demo import PASSWORD  # noqa: E402
from demo.cast import pupils  # noqa: E402
from demo.load import begin_again, is_empty, load  # noqa: E402


def main() -> int:
    if not settings.DEMO:
        print("BAOMING_DEMO is not set: the people of a demo never come into a real season", file=sys.stderr)
        return 1
    season, _ = current_season()
    if sys.argv[1:2] == ["--begin-again"]:
        begin_again(season, dropped_at=datetime.fromisoformat(sys.argv[2]))
        return 0
    if not is_empty(season):
        return 0
    begun = time.monotonic()
    loaded = load(season, pupils(), password=PASSWORD, say=lambda line: print(line, flush=True))
    loaded.guide.keep(settings.HOME)
    print(f"{len(loaded.walks)} pupils are there, after {time.monotonic() - begun:.0f} seconds", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
