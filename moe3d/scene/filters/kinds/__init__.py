"""One file a point filter; a `PointFilter` that is defined here is known everywhere."""
