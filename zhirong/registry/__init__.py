"""Registry (权利登记簿): what each right is, who holds it, what weighs on it.

It is: rights, holders with shares, register events, encumbrances, annual fees, importers, and
the one answer whether a right is free to be sold, licensed or pledged on a day.
It is not: the national register; it mirrors it, with the source and the date of each fact.
Words: 权利 right, 权利人 holder, 份额 share, 登记事项 register event, 质押 pledge, 查封 seizure, 年费 annual fee.
Tables: right, right version, holding, register event, encumbrance, annual fee payment, import batch, reference tables.
Events: registry.*
"""
