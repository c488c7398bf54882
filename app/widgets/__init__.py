"""What is drawn; takes a state, connects, shows."""
