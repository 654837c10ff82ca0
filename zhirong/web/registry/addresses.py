"""The addresses of the registry's pages."""

from __future__ import annotations

from django.urls import path

from zhirong.web.registry import forms, imports, right, rights

addresses = [
    path("rights", rights.rights_page, name="rights"),
    path("rights/<id:right_id>", right.right_page, name="right"),
    path("rights/<id:right_id>/claim", forms.claim, name="claim-right"),
    path("rights/<id:right_id>/contest", forms.decide_contest, name="decide-contest"),
    path("rights/<id:right_id>/fees", forms.pay_fee, name="pay-annual-fee"),
    path("import", imports.import_page, name="import"),
    path("import/jobs/<id:job_id>", imports.job_page, name="import-job"),
    path("import/<str:kind>.<str:form>", imports.template, name="import-template"),
    path("import/<str:ref>", imports.batch_page, name="import-batch"),
    path("import/<str:ref>/accept", imports.accept, name="accept-import"),
    path("import/<str:ref>/submit", imports.submit, name="submit-import"),
    path("import/<str:ref>/drop", imports.drop, name="drop-import"),
]
