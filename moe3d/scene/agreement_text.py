"""How well the photos agree, in words and as JSON: the same in window, command line and files."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from moe3d.scene.multiview import BUNDLE_ADJUSTED, NETWORK, PLACED, REFERENCE, Agreement

HEADINGS = ("Camera", "Matches", "Residual", "Confirmed", "Differs")
"""What `photo_texts` says, in its order."""
MEANINGS = (
    "What the camera rests on",
    "Spots of the photo that were found in another one and fit",
    "Median distance between where such a spot is and where it should be, pixels of the photo",
    "Share of the pixels whose depth another photo confirms",
    "How far the depth is from what the other photos say, median, in shares of the depth",
)
"""A sentence for each of HEADINGS."""
CAMERAS = {
    REFERENCE: "reference",
    BUNDLE_ADJUSTED: "bundle adjustment",
    PLACED: "matching and PnP",
    NETWORK: "network's own",
}
SHORT_CAMERAS = {REFERENCE: "ref", BUNDLE_ADJUSTED: "BA", PLACED: "PnP", NETWORK: "net"}
"""The same where there is little room."""
UNKNOWN = "-"


def summary_text(agreement: Agreement) -> str:
    """One line about all photos: "8 of 8 photos placed, 5,312 matches, residual 0.6 px, ...".

    Matches are counted in every photo that sees them. What was not measured is not named.
    """
    count = len(agreement.camera_sources)
    noun = "photo" if count == 1 else "photos"
    matches = int(agreement.matches.sum())
    parts = [
        f"{agreement.num_placed} of {count} {noun} placed",
        f"{matches:,} {'match' if matches == 1 else 'matches'}",
    ]
    if math.isfinite(agreement.scene_residual_px):
        parts.append(f"residual {_pixels(agreement.scene_residual_px)}")
    if math.isfinite(agreement.scene_disagreement):
        parts.append(f"{_whole_percent(agreement.scene_confirmed_share)} confirmed")
        parts.append(f"photos differ by {_percent(agreement.scene_disagreement)}")
    return ", ".join(parts)


def photo_texts(agreement: Agreement, index: int) -> tuple[str, ...]:
    """What is known of one photo, a text for each of HEADINGS; "-" where nothing is."""
    differs = float(agreement.disagreement[index])
    return (
        CAMERAS.get(agreement.camera_sources[index], agreement.camera_sources[index]),
        f"{int(agreement.matches[index]):,}",
        _pixels(float(agreement.residual_px[index])),
        _whole_percent(float(agreement.confirmed_share[index])),
        _percent(differs),
    )


def photo_marks(agreement: Agreement, index: int) -> tuple[str, ...]:
    """Why one photo is not to be trusted like the others, a few words each: they stand on cards."""
    marks = []
    if agreement.camera_sources[index] == NETWORK:
        marks.append("camera not placed")
    if index in agreement.disagreeing_views():
        marks.append(f"differs by {_percent(float(agreement.disagreement[index]))}")
    return tuple(marks)


def photo_sentences(agreement: Agreement, index: int) -> tuple[str, ...]:
    """Everything about one photo in full sentences."""
    camera, matches, residual, confirmed, differs = photo_texts(agreement, index)
    said = [f"Camera: {camera}; {matches} matches, residual {residual}"]
    said.append(f"{confirmed} of its depth confirmed, differs by {differs}")
    if agreement.camera_sources[index] == NETWORK:
        said.append("It kept the network's own camera: nothing better was found")
    if index in agreement.disagreeing_views():
        said.append("Its depth disagrees with the other photos")
    return tuple(said)


def agreement_lines(agreement: Agreement | None, names: Sequence[str]) -> list[str]:
    """What a terminal says after a run: the summary, marked photos, and what was not possible."""
    if agreement is None:
        return []
    marked = (", ".join(photo_marks(agreement, index)) for index in range(len(names)))
    lines = [summary_text(agreement)]
    lines += [f"{name}: {marks}" for name, marks in zip(names, marked, strict=True) if marks]
    return lines + [agreement.sentence] * bool(agreement.sentence)


def agreement_table(agreement: Agreement | None, names: Sequence[str]) -> list[str]:
    """A line for each photo under a heading, for a terminal."""
    if agreement is None:
        return []
    rows = [("Photo", *HEADINGS)]
    rows += [(name, *photo_texts(agreement, index)) for index, name in enumerate(names)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            f"{text:<{width}}" if column < 2 else f"{text:>{width}}"
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def agreement_json(agreement: Agreement | None) -> dict[str, Any] | None:
    """The numbers of the scene in the words of JSON; NaN becomes null."""
    if agreement is None:
        return None
    return {
        "photos_placed": agreement.num_placed,
        "photos": len(agreement.camera_sources),
        "matches": int(agreement.matches.sum()),
        "residual_px": _known(agreement.scene_residual_px),
        "confirmed_share": _known(agreement.scene_confirmed_share),
        "disagreement": _known(agreement.scene_disagreement),
        "depth_refined": agreement.depth_refined,
        "sentence": agreement.sentence,
    }


def photo_json(agreement: Agreement, index: int) -> dict[str, Any]:
    """The numbers of one photo in the words of JSON; NaN becomes null."""
    return {
        "camera_source": agreement.camera_sources[index],
        "matches": int(agreement.matches[index]),
        "residual_px": _known(agreement.residual_px[index]),
        "confirmed_share": _known(agreement.confirmed_share[index]),
        "disagreement": _known(agreement.disagreement[index]),
        "disagrees": index in agreement.disagreeing_views(),
    }


def full_agreement_json(agreement: Agreement | None, names: Sequence[str]) -> dict[str, Any] | None:
    """The numbers of the scene with those of every photo, in its order."""
    if agreement is None:
        return None
    photos = [{"name": name, **photo_json(agreement, i)} for i, name in enumerate(names)]
    return {**(agreement_json(agreement) or {}), "by_photo": photos}


def support_text(count: int) -> str:
    """What the number of photos that confirm a pixel means, in words."""
    if count == 0:
        return "confirmed by no other photo"
    return "confirmed by 1 photo" if count == 1 else f"confirmed by {count} photos"


def _pixels(value: float) -> str:
    return f"{value:.1f} px" if math.isfinite(value) else UNKNOWN


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if math.isfinite(share) else UNKNOWN


def _whole_percent(share: float) -> str:
    return f"{100 * share:.0f} %" if math.isfinite(share) else UNKNOWN


def _known(value: float | np.floating) -> float | None:
    return float(value) if math.isfinite(value) else None
