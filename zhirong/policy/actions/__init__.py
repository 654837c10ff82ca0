"""The verbs of policy, by theme: measures (draft, change, ask, approve, send back, withdraw), originals, reaching."""
