"""Addresses of these pages."""

from __future__ import annotations

from django.urls import path

from zhirong.web.enterprises import bringing, consents, facts, files, listed, places

addresses = [
    path("enterprises", files.mine, name="enterprises"),
    path("enterprises/import", bringing.import_page, name="facts-import"),
    path("enterprises/import/template.xlsx", bringing.template, name="facts-template"),
    path("enterprises/<str:ref>", files.file_page, name="enterprise"),
    path("enterprises/<str:ref>/fact", facts.fact_page, name="enterprise-fact"),
    path("enterprises/<str:ref>/consents", consents.consents_page, name="enterprise-consents"),
    path("enterprises/<str:ref>/evidence/<id:statement_id>", facts.evidence, name="enterprise-evidence"),
    path("office/enterprises", listed.enterprises, name="office-enterprises"),
    path("office/places", places.places_page, name="office-places"),
    path("office/places/template.xlsx", places.template, name="places-template"),
    path("office/places/<str:code>", places.place_page, name="office-place"),
]
