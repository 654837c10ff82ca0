"""Pages of valuation (估值): what a right is likely worth, portfolios, appraisals, the record of the estimates.

It is: reading for these pages and the way from a form to an action.
It is not: any method; every figure comes from the engines of valuation and is only written here as people read it.
Tables: none. Events: none.
"""
