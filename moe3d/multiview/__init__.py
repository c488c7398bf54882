"""What all photos of a scene say together: cameras, tracks, refined depth, support."""
