"""Makes Django's checks know the installation's."""

from django.apps import AppConfig
from django.core.checks import register

from baoming.config.checks import installation


class InstallationConfig(AppConfig):
    name = "baoming.config"
    label = "installation"

    def ready(self) -> None:
        register(installation, "installation")
