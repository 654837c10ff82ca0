"""API (接口): the same deeds over HTTP, with problem details and a feed that never skips.

It is: endpoints and their schemas.
It is not: a second set of rules.
Words: 接口 API, 令牌 token, 变更流 feed.
Tables: none. Events: none.
"""
