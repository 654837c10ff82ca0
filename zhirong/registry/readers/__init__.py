"""Readers (读取): files of the office and sheets of people, turned into records, in pure Python.

It is: CNIPA XML of both formats, Excel and CSV with Chinese or English headings, the template to fill in.
It is not: a writer of tables, nor a judge of what a record means.
Words: 著录项目 bibliographic data, 公告 announcement, 表格 sheet, 模板 template.
Tables: none. Events: none.
"""
