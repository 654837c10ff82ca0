"""The app of the interface: it keeps answers, so it has a table."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Named, so that the table is api_keptanswer."""

    name = "zhirong.api"
    label = "api"
