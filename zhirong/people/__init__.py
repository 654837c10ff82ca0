"""People (人员与机构): who acts, for whom, and whether they may.

It is: persons who log in, parties (natural and legal persons), membership, roles, verification, may().
It is not: what a party owns (registry) or owes (ledger).
Words: 主体 party, 成员 member, 角色 role, 实名核验 verification, 经办 maker, 复核 checker.
Tables: person, party, membership, role grant, verification, secret, API token. Sessions are Django's.
Events: people.*
"""
