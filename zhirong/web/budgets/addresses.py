"""Addresses of these pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from zhirong.web.budgets import forecast, invitations, nearby, reached

addresses: list[URLPattern] = [
    path("policy/reach", reached.reach_page, name="policy-reach"),
    path("policy/reach/<str:ref>", reached.run_page, name="policy-screening"),
    path("policy/almost", nearby.almost_page, name="policy-almost"),
    path("policy/forecasts", forecast.forecasts_page, name="policy-forecasts"),
    path("policy/forecasts/<str:measure>/<id:year>", forecast.forecast_page, name="policy-forecast"),
    path("policy/invitations", invitations.invitations_page, name="policy-invitations"),
    path("policy/invitations/<str:ref>", invitations.choose, name="policy-invite"),
]
