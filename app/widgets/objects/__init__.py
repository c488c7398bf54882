"""The list of objects: the result and further clouds and meshes, their look and place."""
