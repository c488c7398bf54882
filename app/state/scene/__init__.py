"""The open scene: its files, its truth, what it is compared with."""
