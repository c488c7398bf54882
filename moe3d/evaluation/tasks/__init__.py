"""What is measured of a model on a data set, one file a task."""
