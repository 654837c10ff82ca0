"""The verbs of the exchange, by theme: listings, intents, closing, deals, settlement, objections, certificates."""
