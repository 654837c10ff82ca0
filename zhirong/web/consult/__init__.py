"""Pages of consultation (政策咨询): a question, its answer with citations, or an honest refusal.

It is: reading for these pages and the way from a form to an action.
It is not: the answering itself, which is policy.
Tables: none. Events: none.
"""
