"""How well the photos of a scene agree: numbers, and a sentence about what was not possible."""

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8

from moe3d.multiview.cameras import SceneCameras
from moe3d.multiview.trust import Trust
from moe3d.scene.multiview import NETWORK, REFERENCE, Agreement
from moe3d.scene.records import ScenePrediction

ONE_PHOTO = "one photo: there is no other to compare it with"
NO_MATCHES = (
    "no two photos share enough matching spots: the network's cameras and depth were kept "
    "(photos of one thing from places apart, with texture, match best)"
)
NO_DEPTH = (
    "the photos agree too little on depth (too few matches, nearly one place, or wrong cameras): "
    "the network's depth was kept"
)


def measured_agreement(
    prediction: ScenePrediction,
    cameras: SceneCameras,
    support: UInt8[np.ndarray, "S H W"],
    log_ratio: Float32[np.ndarray, "S H W"],
    trust: Trust | None,
) -> Agreement:
    """Measure how well the photos agree.

    Args:
        prediction: names of the photos, and which pixels are valid.
        cameras: with the tracks that they rest on.
        support: how many other photos confirm each pixel.
        log_ratio: of the other photos' depth to each pixel's; NaN where none sees it.
        trust: how far refined depth was believed; None when depth was not refined.
    """
    views = range(prediction.num_views)
    tracks, valid = cameras.tracks, prediction.valid_mask
    difference = np.where(valid, np.abs(np.expm1(log_ratio)), np.nan)
    confirmed = (support > 0) & valid
    matches: Int[np.ndarray, " S"] = np.bincount(tracks.view, minlength=len(views))
    return Agreement(
        camera_sources=cameras.sources,
        matches=matches,
        residual_px=np.array([_median(cameras.residual_px[tracks.view == v]) for v in views]),
        confirmed_share=np.array([_share(confirmed[v], valid[v]) for v in views]),
        disagreement=np.array([_median(difference[v]) for v in views]),
        scene_residual_px=_median(cameras.residual_px),
        scene_confirmed_share=_share(confirmed, valid),
        scene_disagreement=_median(difference),
        depth_refined=trust is not None and trust.is_any,
        sentence=_sentence(prediction, cameras, trust),
    )


def no_agreement(prediction: ScenePrediction, sentence: str) -> Agreement:
    """The agreement of photos that could not be compared."""
    count = prediction.num_views
    unknown = np.full(count, np.nan)
    return Agreement(
        (REFERENCE, *[NETWORK] * (count - 1)),
        np.zeros(count, int),
        unknown,
        np.zeros(count),
        unknown,
        sentence=sentence,
    )


def _sentence(prediction: ScenePrediction, cameras: SceneCameras, trust: Trust | None) -> str:
    """What was not possible."""
    said = []
    lost = [
        name
        for name, source in zip(prediction.names, cameras.sources, strict=True)
        if source == NETWORK
    ]
    if lost:
        shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        said.append(f"too few matches to place {shown}: the network's cameras were kept there")
    if trust is not None:
        kept = int((trust.factor == 0).sum())
        if kept == len(trust.factor):
            said.append(NO_DEPTH)
        elif kept > len(lost):
            said.append(
                f"the photos agree too little in {kept} of {len(trust.factor)} photos: "
                "the network's depth was kept there"
            )
    return "; ".join(said)


def _median(values: Float[np.ndarray, "*N"]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _share(part: np.ndarray, whole: np.ndarray) -> float:
    return float(part.sum() / max(whole.sum(), 1))
