"""Camera, tools and looks of the 3D view."""
