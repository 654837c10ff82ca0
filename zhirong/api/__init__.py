"""API (接口): the same deeds over HTTP, with problem details and a feed that never skips.

It is: endpoints and their schemas, who calls, and the kept answers of deeds that move money.
It is not: a second set of rules.
Words: 接口 API, 令牌 token, 变更流 feed, 幂等键 idempotency key.
Tables: kept answer. Events: none.
"""
