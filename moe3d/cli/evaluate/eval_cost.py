"""`moe3d eval cost`: what the mixture adds in parameters, operations, time and memory."""

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import tyro

from moe3d.errors import UsageError
from moe3d.progress import Progress

if TYPE_CHECKING:
    from moe3d.evaluation.cost.measured import MeasuredOverhead
    from moe3d.evaluation.cost.operations import Reading
    from moe3d.model.config import ModelConfig


@dataclass(frozen=True)
class EvalCost:
    """Print every reading of the mixture's overhead, counted and measured."""

    preset: str = "vggt-1b"
    """vggt-1b or mini; sizes only, no weights are needed."""
    size: str = "518x518"
    """Width x height that operations are counted at."""
    repeats: int = 5
    """Timed runs of both depth heads in alternation; 0 does not measure."""
    measured_size: str = ""
    """Width x height that heads are timed at; left out: as counted."""
    frames: int = 1
    """Photos a timed run."""
    device: str = "cpu"
    """Where heads are timed: cpu or cuda."""
    whole: bool = False
    """Also time backbone and camera head, for the overhead of the whole network; vggt-1b: 5 GB."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"])] = None
    """Folder for cost.json and cost.md."""
    json: bool = False
    """Print JSON instead of the table."""

    def run(self) -> int:
        """Count, measure, print and write."""
        from moe3d.evaluation.cost.operations import read_overhead

        config = self._config()
        width, height = _parse_size(self.size, config.patch_size)
        readings = read_overhead(config, height, width)
        measured = self._measure(config) if self.repeats > 0 else None
        text = _table(self, readings, measured)
        values = _values(self, readings, measured)
        if self.output is not None:
            from moe3d.evaluation.reports.scene_files import write_text

            write_text(self.output / "cost.json", json.dumps(values, indent=1) + "\n")
            write_text(self.output / "cost.md", text)
        print(json.dumps(values, indent=2) if self.json else text)
        return 0

    def _config(self) -> "ModelConfig":
        from moe3d.model import presets

        known = {"vggt-1b": presets.vggt_1b, "mini": presets.mini}
        if self.preset not in known:
            raise UsageError(f"no preset {self.preset!r}; there are {', '.join(known)}")
        return known[self.preset]()

    def _measure(self, config: "ModelConfig") -> "MeasuredOverhead":
        import torch

        from moe3d.evaluation.cost.measured import measure_heads

        if self.device not in ("cpu", "cuda") or (
            self.device == "cuda" and not torch.cuda.is_available()
        ):
            raise UsageError(f"--device must be cpu, or cuda where there is one; got {self.device}")
        width, height = _parse_size(self.measured_size or self.size, config.patch_size)
        device = torch.device(self.device)
        progress = Progress(lambda report: print(f"{report.stage} {report.done}", file=sys.stderr))
        return measure_heads(
            config, height, width, device, self.frames, self.repeats, progress, whole=self.whole
        )


def _parse_size(text: str, patch: int) -> tuple[int, int]:
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise UsageError(f"a size is WIDTHxHEIGHT, for example 518x392; got {text!r}") from None
    if width < patch or height < patch or width % patch or height % patch:
        raise UsageError(f"both sides of {text} must be multiples of {patch}")
    return width, height


def _table(
    command: EvalCost, readings: "tuple[Reading, ...]", measured: "MeasuredOverhead | None"
) -> str:
    lines = [
        f"# Cost of the mixture: {command.preset}, {command.size}",
        "",
        "The paper prints +0.79 % parameters, +4.97 % GFLOP and 7 % time without saying of what.",
        "Multiply-adds count 2; VGGT is without point and track heads.",
        "",
        "| added | of | base | overhead |",
        "| --- | --- | --- | --- |",
    ]
    for one in readings:
        lines.append(
            f"| {_amount(one.added)} {one.quantity} | {_amount(one.of)} | {one.base} "
            f"| {one.percent:.3f} % |"
        )
    if measured is not None:
        lines += _measured_lines(measured)
    return "\n".join(lines) + "\n"


def _measured_lines(measured: "MeasuredOverhead") -> list[str]:
    import numpy as np

    low, high = measured.time_percent_quartiles
    where = f"{measured.frames} x {measured.width}x{measured.height}, {measured.device}"
    vggt_ms, moe3d_ms = (1000 * np.median(one) for one in (measured.vggt_s, measured.moe3d_s))
    vggt_mib, moe3d_mib = (
        size / 2**20 for size in (measured.vggt_peak_bytes, measured.moe3d_peak_bytes)
    )
    lines = [
        f"| {moe3d_ms - vggt_ms:.1f} ms | {vggt_ms:.1f} ms | VGGT's depth head, {where}, "
        f"{measured.clock} time, {measured.threads} thread(s), {len(measured.vggt_s)} runs in "
        f"alternation "
        f"| {measured.time_percent:.1f} % [{low:.1f}, {high:.1f}] |",
        f"| {moe3d_mib - vggt_mib:.0f} MiB | {vggt_mib:.0f} MiB | peak of tensors in VGGT's depth "
        f"head | {measured.memory_percent:.1f} % |",
    ]
    if measured.rest_s is not None:
        whole_ms = 1000 * np.median(measured.rest_s) + vggt_ms
        lines.append(
            f"| {moe3d_ms - vggt_ms:.1f} ms | {whole_ms:.1f} ms | all of VGGT with its depth head, "
            f"{where} | {measured.whole_percent:.1f} % |"
        )
    return lines


def _values(
    command: EvalCost, readings: "tuple[Reading, ...]", measured: "MeasuredOverhead | None"
) -> dict[str, Any]:
    from moe3d.evaluation.reports.json_values import json_value

    counted = [{**asdict(one), "percent": one.percent} for one in readings]
    values = {"preset": command.preset, "size": command.size, "readings": counted}
    if measured is not None:
        values["measured"] = {
            **asdict(measured),
            "time_percent": measured.time_percent,
            "memory_percent": measured.memory_percent,
            "whole_percent": measured.whole_percent,
        }
    return json_value(values)


def _amount(value: float | int) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
