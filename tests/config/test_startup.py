"""A portal loads nothing that opens files: that is the limited process's, and costs a start two seconds and memory."""

import os
import subprocess
import sys

import pytest

from launcher.processes import ROOT

_OPENERS = ("cv2", "numpy", "PIL.Image", "pypdfium2", "zxingcpp", "fontTools.subset")
_LOADED = f"""
import sys
import {{module}}
from django.urls import get_resolver
get_resolver().url_patterns
print(*(name for name in {_OPENERS} if name in sys.modules))
"""


def loaded(portal: str, module: str) -> list[str]:
    """Return which of the openers a portal has loaded before its first request."""
    env = {**os.environ, "BAOMING_PORTAL": portal, "DJANGO_SETTINGS_MODULE": "baoming.config.settings"}
    asked = [sys.executable, "-c", _LOADED.format(module=module)]
    return subprocess.run(asked, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize("portal", ["candidate", "office"])
def test_a_portal_loads_nothing_that_opens_files(portal: str) -> None:
    assert loaded(portal, "baoming.config.wsgi") == []


def test_control_the_limited_process_does() -> None:
    assert {"cv2", "numpy", "PIL.Image"} <= set(loaded("office", "baoming.config.wsgi, baoming.registrations.decoding"))
