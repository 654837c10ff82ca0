"""Pages of budgets and forecasts (政策预算): what a measure costs, what is left, who is almost there.

It is: reading for these pages and the way from a form to an action.
It is not: any figure of its own; policy computes.
Tables: none. Events: none.
"""
