"""What the documentation says is made here from the program, or held against it."""
