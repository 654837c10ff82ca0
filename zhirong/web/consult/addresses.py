"""Addresses of these pages."""

from __future__ import annotations

from django.urls import path

from zhirong.web.consult import asking

addresses = [path("policy/ask", asking.ask_page, name="policy-ask")]
