"""Many photos in overlapping chunks: which go together, and how their answers become one."""
