"""Pages of a deal (成交): both sides' view from the hammer to the certificate, its forms and its papers.

It is: reading for the deal's two sides and the house's people, and the way from a form to an action.
It is not: the operator's desk, nor any rule.
Tables: none. Events: none.
"""
