"""The verbs of policy, by theme: measures (draft, change, ask, approve, send back, withdraw), originals, reaching.

support: make_feed, end_feed, keep_decision.
"""
