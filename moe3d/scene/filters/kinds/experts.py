"""Points at which an expert has the largest weight that was not chosen."""

from collections.abc import Sequence

import numpy as np

from moe3d.errors import UsageError
from moe3d.scene.filters.kinds.photos import from_one, from_zero
from moe3d.scene.filters.point_filter import (
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Settings,
    Words,
)


def _not_chosen(scene: FilteredLayer, settings: Settings) -> Mask:
    count = scene.prediction.num_experts
    unknown = [expert for expert in settings.experts if not 0 <= expert < count]
    if unknown:
        raise UsageError(f"there is no expert {unknown[0]}; this prediction has {count}, from 0")
    goes = np.ones(count, bool)
    goes[list(settings.experts)] = False
    return lambda region: goes[region.gate_logits.argmax(axis=0)]


EXPERTS = PointFilter(
    name="experts",
    place=60,
    title=lambda _settings: "experts",
    options=(
        FilterOption(
            "experts",
            Sequence[int] | None,
            off=None,
            help="Take points at which one of these experts has the largest weight; counted from 1 "
            "on the command line, from 0 in Python.",
            mask=_not_chosen,
            words=Words(kind=tuple[int, ...] | None, read=from_zero, write=from_one),
        ),
    ),
    drawn=(DrawnLimits("expert_shown", low=lambda _settings, _cloud: 0.5),),
)
