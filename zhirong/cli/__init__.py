"""CLI (命令): import, export, verify, calc, bench, drill, backup, restore.

It is: what the command zr runs inside the environment.
It is not: a place for rules.
Words: 命令 command, 演练 drill, 核验 verify.
Tables: none. Events: none. Verbs: cli.*
"""
