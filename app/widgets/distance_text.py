"""Lengths as a user reads them."""


def distance_text(length: float, units: str) -> str:
    """A length with its unit: metres, or "relative" while the scale is not known."""
    return f"{length:.4g} m" if units == "metres" else f"{length:.4g} (relative)"
