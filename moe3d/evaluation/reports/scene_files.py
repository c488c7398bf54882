"""One file a scene and model, so that a finished scene is not run again."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from moe3d.errors import EvaluationError
from moe3d.evaluation.reports.columns import Row
from moe3d.evaluation.reports.json_values import json_value
from moe3d.io.files.atomic import new_file
from moe3d.io.files.outside_files import read_json, reading


@dataclass(frozen=True)
class SceneResult:
    """What came of one model on one scene."""

    scene: str
    model: str
    rows: tuple[Row, ...] = ()
    error: str = ""
    """Why there are no rows; such a scene is tried again by the next run."""
    notes: tuple[str, ...] = ()
    elapsed_s: float = 0.0


def fingerprint(choices: Sequence[object]) -> str:
    """A short hash of all that a result depends on."""
    text = json.dumps(json_value(list(choices)), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def result_path(folder: Path, scene: str, model: str) -> Path:
    """Where the result of this scene and model lies."""
    names = [re.sub(r"[^\w.=-]+", "_", name) for name in (scene, model)]
    return folder / "scenes" / names[0] / f"{names[1]}.json"


def read_result(path: Path, mark: str) -> SceneResult | None:
    """A finished result of the same choices; None where there is none, or it failed."""
    try:
        document = read_json(path, EvaluationError)
        with reading(path, EvaluationError, "is no result of this program"):
            if document["fingerprint"] != mark or document["error"]:
                return None
            return SceneResult(
                document["scene"],
                document["model"],
                tuple(document["rows"]),
                notes=tuple(document["notes"]),
                elapsed_s=document["elapsed_s"],
            )
    except EvaluationError:
        return None


def write_result(path: Path, result: SceneResult, mark: str) -> None:
    """Write a result; a killed process leaves the older one.

    Raises:
        OutputError: the folder cannot be written.
    """
    write_text(path, json.dumps({"fingerprint": mark, **json_value(asdict(result))}, indent=1))


def write_text(path: Path, text: str) -> None:
    """Write a text file; a killed process leaves the older one.

    Raises:
        OutputError: the folder cannot be written.
    """
    with new_file(path, overwrite=True) as part:
        part.write_text(text, encoding="utf-8")
