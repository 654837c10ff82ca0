"""Addresses of valuation's pages."""

from __future__ import annotations

from django.urls import path

from zhirong.web.valuation import appraisal, appraisals, back_test, landing, lending, portfolio, portfolios, runs, value

addresses = [
    path("valuation", landing.landing, name="value"),
    path("valuation/back-test", back_test.back_test, name="back-test"),
    path("valuation/runs", runs.runs_page, name="runs"),
    path("valuation/runs/<str:ref>", runs.run_page, name="run"),
    path("rights/<id:right_id>/value", value.value_page, name="right-value"),
    path("rights/<id:right_id>/value.<str:language>.pdf", value.paper, name="right-value-paper"),
    path("rights/<id:right_id>/lending", lending.lending_page, name="right-lending"),
    path("portfolios", portfolios.portfolios_page, name="portfolios"),
    path("portfolios/<str:ref>", portfolio.portfolio_page, name="portfolio"),
    path("appraisals", appraisals.appraisals_page, name="appraisals"),
    path("appraisals/new", appraisals.new, name="appraisal-new"),
    path("appraisals/<str:number>", appraisal.appraisal_page, name="appraisal"),
    path("appraisals/<str:number>/papers/<id:evidence_id>", appraisal.paper, name="appraisal-paper"),
    path("appraisals/<str:number>/<str:name>", appraisal.report, name="appraisal-report"),
]
