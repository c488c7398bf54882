"""Where batches come from: drawn scenes, shards of drawn scenes, your own folders."""
