"""The web as Django sees it."""

from django.apps import AppConfig
from django.conf import settings

from zhirong.web import words


class WebConfig(AppConfig):
    """Before the first page, the words are there."""

    name = "zhirong.web"

    def ready(self) -> None:
        words.make_ready(settings.DATA / "locale")
