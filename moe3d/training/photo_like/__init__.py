"""Training scenes that look like photos: rooms and streets, ray-cast, with exact depth."""
