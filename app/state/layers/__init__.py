"""Which depth layer is shown, and how."""
