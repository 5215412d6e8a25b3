"""One WSGI application; BAOMING_PORTAL says which of the two portals it is."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from baoming.config.checks import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baoming.config.settings")
application = get_wsgi_application()
refuse_to_start()
connections.close_all()  # what it asked; each thread that serves has a connection of its own
# What is loaded now stays, and a page makes some thousand objects that go by themselves: the collector comes seldom.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
