"""Ablations, results pages and the built-in model's recipe; nothing else imports this room."""
