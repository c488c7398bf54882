"""The JSON file beside every export: where it comes from and how it was made.

Holds no date and no path of this machine but the photos' own, so that the same export has the
same bytes.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

from moe3d.scene.agreement_text import agreement_json, photo_json
from moe3d.scene.records import ScenePrediction


def describe_prediction(prediction: ScenePrediction) -> dict[str, Any]:
    """Model, licence, device, cost, how photos agree, and each with its pixel transform."""
    metadata, agreement = prediction.metadata, prediction.agreement
    return {
        "model": {
            "name": metadata.model,
            "checkpoint_sha256": metadata.checkpoint_sha256,
            "licence": metadata.licence,
            "experts_trained": metadata.experts_trained,
            "demonstration": metadata.demonstration,
            "shared_backbone": metadata.shared_backbone,
            "pose_source": metadata.pose_source,
            "approximations": list(metadata.approximations),
        },
        "run": {
            "device": metadata.device,
            "precision": metadata.precision,
            "seconds_by_stage": dict(metadata.seconds_by_stage),
            "peak_memory_bytes": metadata.peak_memory_bytes,
            "program_version": metadata.program_version,
        },
        "units": metadata.units,
        "notes": [*honesty_notes(prediction), *metadata.notes],
        "agreement": agreement_json(agreement),
        "photos": [
            {
                "name": name,
                "source": source,
                "pixel_transform": dataclasses.asdict(transform),
                "agreement": None if agreement is None else photo_json(agreement, index),
            }
            for index, (name, source, transform) in enumerate(
                zip(
                    prediction.names, _sources(prediction), prediction.pixel_transforms, strict=True
                )
            )
        ],
    }


def honesty_notes(prediction: ScenePrediction) -> tuple[str, ...]:
    """What everybody who gets the file must know about it."""
    metadata = prediction.metadata
    notes = []
    if not metadata.experts_trained:
        notes.append("EXPERTS UNTRAINED: copies of VGGT's head; the gate means nothing")
    if metadata.demonstration:
        notes.append("DEMONSTRATION MODEL: not VGGT-1B")
    notes += [f"APPROXIMATE: {name}" for name in metadata.approximations]
    if prediction.agreement is not None and prediction.agreement.sentence:
        notes.append(prediction.agreement.sentence)
    if metadata.units == "relative":
        notes.append("relative units: a scene unit is no metre")
    return tuple(notes)


def write_sidecar(path: Path, content: dict[str, Any]) -> None:
    """Write a description as JSON: sorted, indented, UTF-8."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_bytes((text + "\n").encode("utf-8", "backslashreplace"))


def _sources(prediction: ScenePrediction) -> tuple[str, ...]:
    sources = prediction.metadata.sources
    return sources if len(sources) == prediction.num_views else ("",) * prediction.num_views
