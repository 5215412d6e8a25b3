"""python -m bench.bare_django.prepare: make the tables, one row and one signed-in user; prints the session's key."""

import os
from importlib import import_module
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.core.management import call_command


def signed_in() -> str:
    """Return the key of a new session of a new user."""
    model: Any = get_user_model()  # of these settings, not of the product's
    user = model.objects.create(username="yanshi", password="!")
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare_django.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    apps.get_model("auth.Group")._default_manager.create(pk=1, name="演示")
    print(signed_in())
