"""`moe3d estimate`: the memory that a run would take, before it is started."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tyro.conf import OmitArgPrefixes, Positional

from moe3d.cli.console import print_result
from moe3d.cli.engines import ServerOptions, choose_engine
from moe3d.cli.photos import read_photos, warn_of_photos
from moe3d.cli.run import warn_of_cuts
from moe3d.cli.video_options import VideoOptions

if TYPE_CHECKING:
    from moe3d.inference.estimate import MemoryEstimate


@dataclass(frozen=True)
class EstimateCommand:
    """Tell how much memory reconstructing these photos takes; loads nothing, runs nothing."""

    photos: Positional[tuple[Path, ...]]
    """Folders or zips of photos and videos, photos, videos, or a quoted pattern of names."""
    model: str = "mini"
    """"mini", a checkpoint file, or a hub id on this machine."""
    compare: bool = True
    """Also plain VGGT's depth."""
    device: str = "auto"
    """auto, cuda, cuda:1, mps or cpu."""
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """Number format of the backbone's matrix products."""
    resize: Literal["auto", "crop", "pad"] = "auto"
    """How tall photos meet the network; as for `moe3d run`."""
    chunk: int | Literal["auto"] = "auto"
    """Photos that the network sees together; as for `moe3d run`."""
    on: OmitArgPrefixes[ServerOptions] = field(default_factory=ServerOptions)
    video: OmitArgPrefixes[VideoOptions] = field(default_factory=VideoOptions)
    json: bool = False
    """Print the estimate as JSON, in bytes."""

    def run(self) -> int:
        """Print the estimate; returns 0."""
        from moe3d.inference.options import ReconstructionOptions
        from moe3d.progress import Progress

        options = ReconstructionOptions(self.compare, self.resize, chunk_views=self.chunk)
        engine = choose_engine(self.on, self.model, self.device, self.precision)
        views = read_photos(self.photos, self.video.sampling())
        warn_of_photos(views)
        estimate = engine.estimate(views, options, Progress())
        warn_of_cuts(views, self.resize, max(estimate.width, estimate.height))
        values = {
            **asdict(estimate),
            "total_bytes": estimate.total_bytes,
            "smallest_total_bytes": estimate.smallest_total_bytes,
            "verdict": estimate.verdict,
        }
        print_result(_text(estimate), values, self.json)
        return 0


def _text(estimate: "MemoryEstimate") -> str:
    free = _gigabytes(estimate.available_bytes) if estimate.available_bytes else "an unknown share"
    return "\n".join(
        [
            f"{estimate.num_photos} photos as {estimate.width}x{estimate.height} pixels with "
            f"{estimate.model} on {estimate.device} ({estimate.precision})",
            f"weights {_gigabytes(estimate.weights_bytes)}, "
            f"working set {_gigabytes(estimate.working_bytes)} "
            f"(at least {_gigabytes(estimate.smallest_working_bytes)}), "
            f"libraries {_gigabytes(estimate.context_bytes)}",
            *_chunk_lines(estimate),
            f"in all {_gigabytes(estimate.total_bytes)} of {free} free: {estimate.verdict}",
        ]
    )


def _chunk_lines(estimate: "MemoryEstimate") -> list[str]:
    if estimate.num_chunks == 1:
        return []
    return [
        f"the network sees {estimate.chunk_views} photos together, in {estimate.num_chunks} "
        "overlapping chunks that are joined by the photos that they share"
    ]


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
