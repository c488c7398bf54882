"""Diagnostics of a mixture: does the gate decide, do experts differ, does the choice help.

Weights and expert depths are (S, E, H, W), truth and masks (S, H, W). Align once, from the fused
depth, and apply that alignment to every expert.
"""

from moe3d.evaluation.mixture.experts import (
    Diversity,
    OracleComparison,
    compare_with_oracle,
    measure_diversity,
    measure_hardness_gap,
)
from moe3d.evaluation.mixture.gate import (
    NULL_SHIFTS,
    GateUse,
    Specialisation,
    measure_gate,
    measure_specialisation,
)
from moe3d.evaluation.mixture.spread import (
    SpreadQuality,
    measure_spread_quality,
    mixture_spread,
)

__all__ = [
    "NULL_SHIFTS",
    "Diversity",
    "GateUse",
    "OracleComparison",
    "Specialisation",
    "SpreadQuality",
    "compare_with_oracle",
    "measure_diversity",
    "measure_gate",
    "measure_hardness_gap",
    "measure_specialisation",
    "measure_spread_quality",
    "mixture_spread",
]
