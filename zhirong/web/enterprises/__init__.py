"""Pages of enterprises (企业档案): the file of an enterprise, streets, parks and carriers, consent.

It is: reading for these pages and the way from a form to an action.
It is not: the file itself; what is written here is said through its actions.
Tables: none. Events: none.
"""
