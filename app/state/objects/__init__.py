"""Further clouds and meshes beside the result: which, where, and how they look."""
