"""What the mixture costs: parameters, operations, measured time and memory."""
