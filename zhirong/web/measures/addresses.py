"""Addresses of the pages of measures."""

from __future__ import annotations

from django.urls import path

from zhirong.web.measures import changes, drafts, effects, measure, originals, public, text

addresses = [
    path("policy", public.measures_page, name="policy"),
    path("policy/measures/<str:name>", measure.measure_page, name="measure"),
    path("policy/measures/<str:name>/text.yaml", measure.text, name="measure-text"),
    path("policy/measures/<str:name>/changes", changes.changes_page, name="measure-changes"),
    path("policy/originals", originals.originals_page, name="originals"),
    path("policy/originals/<id:original_id>", originals.original_page, name="original"),
    path("policy/originals/<id:original_id>/file", originals.file, name="original-file"),
    path("office/measures", drafts.drafts_page, name="office-measures"),
    path("office/measures/of/<str:name>", drafts.new_page, name="office-measure-new"),
    path("office/measures/<id:text_id>", text.text_page, name="office-measure-text"),
    path("office/measures/<id:text_id>/effect", effects.effect_page, name="office-measure-effect"),
    path("office/originals", originals.office_page, name="office-originals"),
    path("office/originals/<id:original_id>", originals.links_page, name="office-original"),
]
