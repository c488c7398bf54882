"""What OpenGL is asked for, and whether it answers."""
