"""Pages of one's own desk (工作台): what needs me first, my things, my money, my messages, and the seller's forms.

It is: reading for the person who is signed in and the way from a form to an action.
It is not: the operator's desk, nor any rule.
Tables: none. Events: none.
"""
