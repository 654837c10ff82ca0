"""Addresses of these pages."""

from __future__ import annotations

from django.urls import path

from zhirong.web.support import check, feed, goal, keeping, mine, one, what_if

addresses = [
    path("support", mine.support, name="support"),
    path("support/what-if", what_if.what_if_page, name="support-what-if"),
    path("support/goal", goal.goal_page, name="support-goal"),
    path("support/check", check.check_page, name="support-check"),
    path("support/check/answers", check.answers_page, name="support-check-answers"),
    path("support/check/result", check.result_page, name="support-check-result"),
    path("support/check/keep/<str:ref>", check.keep, name="support-check-keep"),
    path("support/calendar", feed.feeds_page, name="support-calendar"),
    path("support/calendar.ics", feed.calendar, name="support-calendar-file"),
    path("support/kept", keeping.all_kept, name="support-all-kept"),
    path("support/kept/<id:kept_id>", keeping.kept_page, name="support-kept"),
    path("support/<str:measure_id>", one.measure_page, name="support-measure"),
]
