"""Auction engines: pure code that decides a lot's fate, one file for each kind of auction.

A kind is a module with `apply(state, command, earlier=None) -> (state, events, reply)` and `evolve(state, event)`.
`shape` holds the values they share, `conduct` the commands that mean the same in every kind, `kinds` the list of kinds.
Nothing here reads a clock, a table or a setting: times are int nanoseconds since the epoch, money is int fen,
bidders are their codes (a person's name never comes this far). The same commands give the same lot on any machine.
"""
