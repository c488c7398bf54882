"""What the window knows and decides; QtCore only, no widgets, no torch, no threads."""
