"""What is chosen for a run, and the run."""
