"""The verbs of policy, by theme: measures (draft, change, ask, approve, send back, withdraw), originals.

reaching: ask_screening, note_take_up, decline_invitations, accept_invitations.
support: make_feed, end_feed, keep_decision. payees: read_accounts.
"""
