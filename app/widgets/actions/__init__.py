"""Every command of the window: one file a feature, one registry, and the pages that list them."""
