"""Consultation as a library: a question in, clauses with citations and computed amounts out, or an honest refusal.

It is pure: measures, words and paragraphs of originals come in as plain values. What an original says is data that
may lift a clause which it is linked to; it is never an instruction and never answers by itself.
"""
