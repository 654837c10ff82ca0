"""Pages of applications (政策申报): from the checklist to the payment, for the enterprise and for the desk.

It is: reading for these pages and the way from a form to an action.
It is not: the deeds themselves, which are actions of policy.
Tables: none. Events: none.
"""
