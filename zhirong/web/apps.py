"""The web as Django sees it."""

from __future__ import annotations

from types import ModuleType

from django.apps import AppConfig
from django.conf import settings
from django.urls import register_converter

from zhirong.web import ids, words


class WebConfig(AppConfig):
    """Before the first table is read, the words are there: Django looks for a language once, while it loads tables."""

    name = "zhirong.web"

    def __init__(self, app_name: str, app_module: ModuleType | None) -> None:
        words.make_ready(settings.DATA / "locale")
        # Before any address is laid out.
        register_converter(ids.Id, "id")
        super().__init__(app_name, app_module)
