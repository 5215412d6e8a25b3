"""One WSGI application; BAOMING_PORTAL says which of the two portals it is."""

import os

from django.core.wsgi import get_wsgi_application

from baoming.config.checks import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "baoming.config.settings")
application = get_wsgi_application()
refuse_to_start()
