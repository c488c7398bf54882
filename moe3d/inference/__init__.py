"""From photos to a prediction."""
