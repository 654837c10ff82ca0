"""Ledger (账簿): double entry in whole minor units, and the simulated custody bank's mirror.

It is: accounts with limits, transfers, holds that resolve once, linked groups, statements, reconciliation.
It is not: a bank. Money lies with the custody bank (存管银行); the ledger mirrors it and gives instructions.
Words: 账户 account, 转账 transfer, 冻结 hold, 解冻 release, 划扣 post, 冲正 reversal, 对账 reconciliation.
Tables: account, entry, posting, hold, dead id, bank file, bank line, payout, expectation,
reconciliation, simulated line.
Events: ledger.*
"""
