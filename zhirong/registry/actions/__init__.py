"""Deeds of the registry (登记事务), by theme: the only writers of its tables.

It is: putting rights, entering events, fees, what weighs on a right, titles, claims, imports.
It is not: the law, which stands in rules and engine.
Words: 登记 put, 登记事项 entry, 解除 release, 过户 transfer, 认领 claim, 导入 import.
Tables: all of the registry. Events: registry.*
"""
