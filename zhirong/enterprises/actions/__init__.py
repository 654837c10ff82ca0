"""The verbs of enterprises.

facts: note_facts, bring_facts, withdraw_fact. places: put_place, bring_places, end_place, put_tenancy.
consents: give_consent, end_consent.
"""
