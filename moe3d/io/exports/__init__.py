"""One export: its job, its contents, its sidecar."""
