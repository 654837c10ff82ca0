"""Pages of the registry (权利): lists, the page of a right, claims, fees and imports.

It is: reading for these pages and the way from a form to an action.
It is not: any rule; what a right is free for is answered by the registry and shown here with its law.
Tables: none. Events: none.
"""
