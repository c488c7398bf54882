"""From a prediction to vertices and shaders."""
