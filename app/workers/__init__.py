"""Jobs that may take longer than a frame, run in a worker thread."""
