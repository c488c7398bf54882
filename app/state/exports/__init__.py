"""What is written, and the same as a command."""
