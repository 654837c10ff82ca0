"""The verbs of the ledger: transfers and deposits, the bank's desk, payouts, the simulated bank."""
