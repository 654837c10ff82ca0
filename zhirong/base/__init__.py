"""Base (基础): what every floor stands on, in pure Python.

It is: money, Beijing calendars, numbers of rights and persons, text, refusals.
It is not: aware of Django, of a clock or of a database.
Words: 分 fen, 工作日 working day, 申请号 application number, 不予受理 refusal.
Tables: none. Events: none.
"""
