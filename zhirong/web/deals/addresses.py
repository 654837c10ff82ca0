"""The addresses of a deal's pages."""

from __future__ import annotations

from django.urls import path

from zhirong.web.deals import deal, deeds, files

addresses = [
    path("deals/<str:number>", deal.deal_page, name="deal"),
    path("deals/<str:number>/news", deal.deal_news, name="deal-news"),
    path("deals/<str:number>/accept", deeds.accept, name="accept-contract"),
    path("deals/<str:number>/offer", deeds.answer_offer, name="answer-offer"),
    path("deals/<str:number>/object", deeds.object_to, name="object"),
    path("deals/<str:number>/signed/<str:side>", files.signed_copy, name="signed-copy"),
    path("deals/<str:number>/<str:name>", files.paper, name="deal-paper"),
]
