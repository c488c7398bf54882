"""Every command of the window: one file a feature, one registry that all places read."""
