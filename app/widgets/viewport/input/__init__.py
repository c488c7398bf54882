"""Mouse, keys and picking in the 3D view."""
