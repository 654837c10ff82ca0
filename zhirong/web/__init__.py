"""Web (网页): pages, the bridge between the async server and Django, the live hub.

It is: views, templates, the style sheet, words in two languages.
It is not: a place for rules; a page asks, an action decides.
Words: 页面 page, 大厅 hall, 竞价室 bidding room, 工作台 desk.
Tables: none. Events: none.
"""
