"""Scene generator, losses and the training loop."""
