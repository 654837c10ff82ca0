"""Pages of measures (惠企政策): every measure with its clauses, and their editing by two officials.

It is: reading for these pages and the way from a form to an action.
It is not: any rule; measures are data and policy decides.
Tables: none. Events: none.
"""
