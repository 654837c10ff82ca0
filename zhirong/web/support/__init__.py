"""Pages of support (我的政策): what an enterprise can have, what is missing, what would change it.

It is: reading for these pages and the way from a form to an action.
It is not: any rule; policy decides and this writes it down.
Tables: none. Events: none.
"""
