"""Exchange (挂牌竞价): from the announcement of a right to the certificate of its sale.

It is: listings, intents, deposits, lots, bids, deals, settlement, objections; the trading floor.
It is not: the owner register (registry) or the books (ledger); it asks the one and moves the other.
Words: 挂牌 listing, 标的 lot, 意向 intent, 保证金 deposit, 加价幅度 step, 竞买人代码 bidder code,
延时 extension, 成交 hammer.
Tables: listing, listing item, question, document, intent, lot, bid, deal, settlement, objection.
Events: exchange.*
"""
