"""Addresses of the pages of applications."""

from __future__ import annotations

from django.urls import path

from zhirong.web.applications import books, case, claims, mine, one, paying, public

addresses = [
    path("applications", mine.applications_page, name="applications"),
    path("applications/new", mine.new, name="application-new"),
    path("applications/<str:number>", one.application_page, name="application"),
    path("applications/<str:number>/files/<id:file_id>", one.paper, name="application-file"),
    path("applications/objections/<id:objection_id>/proof", one.proof, name="objection-proof"),
    path("policy/publicity", public.publicity_page, name="policy-publicity"),
    path("policy/publicity/<str:number>", public.published_page, name="policy-published"),
    path("office/applications", claims.claims, name="office-applications"),
    path("office/applications/<id:application_id>", case.by_id, name="office-case"),
    path("office/applications/<str:number>", case.case, name="office-application"),
    path("office/payment-lists", paying.payment_lists, name="office-payment-lists"),
    path("office/payment-lists/<str:number>", paying.payment_list, name="office-payment-list"),
    path("office/budget-books", books.budget_books, name="office-budget-books"),
    path("office/budget-books/<id:budget_id>", books.budget_book, name="office-budget-book"),
]
