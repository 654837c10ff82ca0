"""Pages of the exchange (交易): first page, hall, listing, bidding room, transcript, rules, fees, proofs.

It is: reading for pages and the way from a form to an action.
It is not: any rule; what may be done is decided by the actions and shown here with their words.
Tables: none. Events: none.
"""
