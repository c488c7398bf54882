"""Lengths as a user reads them."""


def distance_text(length: float, units: str) -> str:
    """A length with its unit: metres, or "relative" while the scale is not known."""
    return f"{length:.4g} m" if units == "metres" else f"{length:.4g} (relative)"


def units_text(units: str) -> str:
    """What lengths are in: "metres", or "relative units" while the scale is not known."""
    return units if units == "metres" else f"{units} units"
