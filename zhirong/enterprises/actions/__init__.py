"""The verbs of enterprises.

facts: note_facts, withdraw_fact. places: put_place, end_place, put_tenancy. consents: give_consent, end_consent.
"""
