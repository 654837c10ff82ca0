"""What is known of an enterprise on a day: pure answers to statements that are handed in."""
