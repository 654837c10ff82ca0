"""Django's SQLite with one thing more: its writers stand in the same line as the floor, the book and the sequencer."""
