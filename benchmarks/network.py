"""Time and memory of the whole network with random weights, lever by lever.

    python benchmarks/network.py [--preset vggt-1b] [--views 2 8] [--size 518x392] [--device cuda]
                                 [--repeats 3] [--photos 8 64] [--levers NAME ...] [--output FILE]
                                 [--quick]

Every lever runs in turn with the plain path (32 bits, SDPA, 8 photos a chunk) in one process, so
that ratios hold on a busy machine: processor seconds on a CPU, wall time on a card. Peaks are of
anonymous memory (mapped files do not count), or of the card's allocator: a process of its own for
each. "Every layer kept" is the way of VGGT's first release: all 24 layers wait in 32 bits for the
heads that read four of them. The roofline is the time of all operations at the rate of a product
of matrices in bfloat16, measured between the rounds. Prints a table; `--output` takes the same as
JSON. `--quick`: the mini's sizes, two photos. `--levers` takes the plain path and those named, and
`--no-mixture` leaves out what gate and experts add: for a machine on which a forward takes minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from moe3d.inference.working_set import PIECE_TOKENS
from moe3d.model import presets
from moe3d.model.checkpoint import build_on_meta
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions

if TYPE_CHECKING:
    from moe3d.inference.reconstructor import Reconstructor
    from moe3d.scene.records import ViewSet

PRESETS = {"vggt-1b": presets.vggt_1b, "mini": presets.mini}
NARROW = torch.bfloat16
LOOK_S = 0.005
MB = 1e6


@dataclass(frozen=True)
class Lever:
    """One way to run the network."""

    name: str
    narrow_backbone: bool
    options: RunOptions
    keeps_every_layer: bool = False
    """Whether all layers wait for the heads, not those alone that they read."""


def levers(device: str) -> tuple[Lever, ...]:
    """The plain path first; then each lever alone on a narrow backbone; then all together."""
    narrow = RunOptions(kept_dtype=NARROW, heads_dtype=NARROW)
    one = replace(narrow, frames_per_chunk=1)
    least = replace(one, tokens_per_piece=PIECE_TOKENS)
    found = [
        Lever("32 bits, plain", False, RunOptions()),
        Lever("every layer kept", False, RunOptions(), keeps_every_layer=True),
        Lever("one photo a chunk", False, RunOptions(frames_per_chunk=1)),
        Lever("blocks piece by piece", False, RunOptions(tokens_per_piece=PIECE_TOKENS)),
        Lever("backbone in bfloat16", True, RunOptions()),
        Lever("and kept layers", True, RunOptions(kept_dtype=NARROW)),
        Lever("and heads", True, narrow),
        Lever("and one photo a chunk", True, one),
        Lever("and piece by piece", True, least),
    ]
    if device != "cpu":
        kept = replace(least, kept_on_cpu=True)
        found.append(Lever("and kept in main memory", True, kept))
    return tuple(found)


class Network:
    """The network of random weights, and photos for it."""

    def __init__(self, asked: argparse.Namespace, views: int) -> None:
        torch.manual_seed(0)
        self.device = torch.device(asked.device)
        self._net = MoE3DNetwork(PRESETS[asked.preset]()).eval().to(self.device)
        width, height = (int(side) for side in asked.size.split("x"))
        self._images = torch.rand(1, views, 3, height, width, device=self.device)

    def take(self, lever: Lever) -> None:
        """Bring the backbone to the lever's precision."""
        self._net.cast_backbone(NARROW if lever.narrow_backbone else torch.float32)

    def seconds(self, lever: Lever) -> float:
        """One forward: processor time of all threads on a CPU, wall time on a card."""
        self.take(lever)
        self._wait()
        began = self._clock()
        with torch.inference_mode():
            if lever.keeps_every_layer:
                self._keep_every_layer(lever.options)
            else:
                self._net(self._images, options=lever.options)
        self._wait()
        return self._clock() - began

    def _keep_every_layer(self, options: RunOptions) -> None:
        read = self._net.config.dpt.layers
        tokens = self._net.aggregator(self._images, range(self._net.config.aggregator.depth))
        layers = tuple(tokens.layers[index] for index in read)
        self._net.decode(replace(tokens, layers=layers), self._images, options=options)

    @property
    def weight_bytes(self) -> int:
        """Of all parameters, in the precision that the last lever has left them."""
        return sum(weight.nbytes for weight in self._net.parameters())

    def operations(self) -> float:
        """Of one forward, as torch counts them."""
        counter = FlopCounterMode(display=False)
        net = build_on_meta(self._net.config).eval().requires_grad_(False)
        with torch.inference_mode(), counter:
            net(self._images.to("meta"), options=RunOptions())
        return float(counter.get_total_flops())

    def rate(self, product_s: float = 1.0) -> float:
        """Operations a second of the products of matrices in bfloat16 that blocks are made of.

        The best of about so many seconds: what the machine can, not what it did beside others.
        """
        width = self._net.config.width
        patch = self._net.config.patch_size
        height, wide = (side // patch for side in self._images.shape[-2:])
        count = self._images.shape[1] * height * wide
        tokens = torch.randn(count, width, dtype=NARROW, device=self.device)
        weights = torch.randn(4 * width, width, dtype=NARROW, device=self.device)
        best, spent = 0.0, 0.0
        while spent < product_s or not best:
            self._wait()
            began = self._clock()
            torch.nn.functional.linear(tokens, weights)
            self._wait()
            took = self._clock() - began
            best, spent = max(best, 8.0 * count * width * width / max(took, 1e-9)), spent + took
        return best

    def _clock(self) -> float:
        return time.process_time() if self.device.type == "cpu" else time.perf_counter()

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def anonymous_bytes() -> int:
    """Memory of this process that no file stands behind; Linux only."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    return 0


def peak_bytes(run: Callable[[], object], device: torch.device) -> int:
    """What a run takes beyond what is there before it."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run()
        return torch.cuda.max_memory_allocated() - before
    before = peak = anonymous_bytes()
    is_over = threading.Event()

    def look() -> None:
        nonlocal peak
        while not is_over.wait(LOOK_S):
            peak = max(peak, anonymous_bytes())

    watcher = threading.Thread(target=look)
    watcher.start()
    run()
    is_over.set()
    watcher.join()
    return max(peak, anonymous_bytes()) - before


def chosen_levers(asked: argparse.Namespace) -> tuple[Lever, ...]:
    """The plain path, and those asked for."""
    first, *others = levers(asked.device)
    return first, *(lever for lever in others if not asked.levers or lever.name in asked.levers)


def time_levers(asked: argparse.Namespace, views: int) -> list[dict[str, Any]]:
    """Seconds of every lever, in turn; medians, and ratios within each round."""
    network, all_levers = Network(asked, views), chosen_levers(asked)
    network.seconds(all_levers[0])  # warms up
    rounds, rate = [], 0.0
    for _ in range(asked.repeats):
        rounds.append([network.seconds(lever) for lever in all_levers])
        rate = max(rate, network.rate())
    table, floor = np.array(rounds), network.operations() / rate
    ratios = np.median(table / table[:, :1], axis=0)
    rows = []
    for index, lever in enumerate(all_levers):
        seconds = float(np.median(table[:, index]))
        row = {"lever": lever.name, "seconds": seconds, "of_plain": float(ratios[index])}
        rows.append({**row, "of_roofline": floor / seconds})
    return rows


def measure_peak(asked: argparse.Namespace, views: int, name: str) -> tuple[int, int]:
    """The peak of one lever, in this process, and its weights."""
    network = Network(asked, views)
    lever = next(lever for lever in levers(asked.device) if lever.name == name)
    network.take(lever)
    peak = peak_bytes(lambda: network.seconds(lever), network.device)
    return peak, network.weight_bytes


def peak_elsewhere(asked: argparse.Namespace, views: int, lever: str) -> tuple[int, int]:
    """The same in a process of its own, which nothing was allocated in before."""
    words = [sys.executable, __file__, "--peak", lever, "--views", str(views)]
    words += ["--preset", asked.preset, "--size", asked.size, "--device", asked.device]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    peak, weights = done.stdout.split()[-2:]
    return int(peak), int(weights)


def mixture_overhead(asked: argparse.Namespace, views: int) -> dict[str, float]:
    """What gate and experts add, in turn with VGGT's head."""
    from moe3d.evaluation.cost.measured import measure_heads

    width, height = (int(side) for side in asked.size.split("x"))
    config, device = PRESETS[asked.preset](), torch.device(asked.device)
    found = measure_heads(config, height, width, device, views, asked.repeats, whole=True)
    assert found.whole_percent is not None
    return {"of_head_percent": found.time_percent, "of_whole_percent": found.whole_percent}


def built_in_model(photos: Sequence[int]) -> list[dict[str, float]]:
    """Processor seconds a photo of the whole run of the built-in model, its refinement included.

    The first photos of one generated walk: of photos that are alike only one would be read.
    """
    from walks import SEED, walk

    import moe3d

    reconstructor, rows = moe3d.load_reconstructor("mini"), []
    with TemporaryDirectory() as folder:
        views = walk(Path(folder), SEED, max(photos))[0]
    for count in photos:
        rows.append(_seconds_a_photo(reconstructor, views.select(range(count))))
    return rows


def _seconds_a_photo(reconstructor: "Reconstructor", views: "ViewSet") -> dict[str, float]:
    own: list[float] = []
    began = time.process_time()
    reconstructor.reconstruct(views, on_network=lambda _: own.append(time.process_time()))
    return {
        "photos": len(views),
        "seconds_a_photo": (time.process_time() - began) / len(views),
        "network_seconds_a_photo": (own[0] - began) / len(views),
    }


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    """Everything, as plain values."""
    found: dict[str, Any] = {
        "preset": asked.preset,
        "size": asked.size,
        "device": torch.cuda.get_device_name() if asked.device == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "load": os.getloadavg()[0],
        "clock": "processor" if asked.device == "cpu" else "wall",
        "by_views": [],
    }
    for views in asked.views:
        rows = time_levers(asked, views)
        for row in rows:
            peak, weights = peak_elsewhere(asked, views, row["lever"])
            row |= {"peak_mb": peak / MB, "with_weights_mb": (peak + weights) / MB}
        part = {"views": views, "levers": rows}
        if asked.mixture:
            part["mixture"] = mixture_overhead(asked, views)
        found["by_views"].append(part)
    if asked.photos:
        found["mini"] = built_in_model(asked.photos)
    return found


def table(found: dict[str, Any]) -> str:
    """The same for people."""
    head = f"{found['preset']}, {found['size']}, {found['device']}, {found['clock']} seconds"
    lines = [f"{head}, load {found['load']:.1f}", ""]
    for part in found["by_views"]:
        plain = part["levers"][0]
        lines += [
            f"| {part['views']} photos | seconds | of plain | of the roofline | peak MB | of plain "
            "| with weights MB |",
            "|---|---|---|---|---|---|---|",
        ]
        for row in part["levers"]:
            share = row["peak_mb"] / max(plain["peak_mb"], 1e-9)
            lines.append(
                f"| {row['lever']} | {row['seconds']:.2f} | {row['of_plain']:.2f} "
                f"| {100 * row['of_roofline']:.0f} % "
                f"| {row['peak_mb']:.0f} | {share:.2f} | {row['with_weights_mb']:.0f} |"
            )
        mixture = part.get("mixture")
        lines += (
            [""]
            if mixture is None
            else [
                "",
                f"Gate and experts: {mixture['of_head_percent']:+.1f} % of the depth head, "
                f"{mixture['of_whole_percent']:+.1f} % of the whole.",
                "",
            ]
        )
    for row in found.get("mini", []):
        seconds = row["seconds_a_photo"]
        own = row["network_seconds_a_photo"]
        lines.append(
            f"Built-in model, {row['photos']} photos: {seconds:.2f} CPU-s a photo, "
            f"the network {own:.2f} of them."
        )
    return "\n".join(lines)


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; `--quick` replaces what was not named."""
    reader = argparse.ArgumentParser()
    reader.add_argument("--preset", choices=sorted(PRESETS))
    reader.add_argument("--views", type=int, nargs="+")
    reader.add_argument("--size", help="width x height, multiples of the patch of 14")
    reader.add_argument("--device", choices=["cpu", "cuda"])
    reader.add_argument("--repeats", type=int)
    reader.add_argument("--photos", type=int, nargs="*", help="of the built-in model's runs")
    reader.add_argument("--levers", nargs="+", help="those beside the plain path; all by default")
    reader.add_argument("--no-mixture", dest="mixture", action="store_false")
    reader.add_argument("--output", type=Path)
    reader.add_argument("--quick", action="store_true")
    reader.add_argument("--peak", help="only print this lever's peak and weights, bytes")
    asked = reader.parse_args(words)
    usual: dict[str, Any] = {"preset": "vggt-1b", "views": [2, 8], "size": "518x392"}
    usual |= {"repeats": 3, "photos": [8, 64]}
    if asked.quick:
        usual = {"preset": "mini", "views": [2], "size": "224x168", "repeats": 1, "photos": []}
    usual["device"] = "cuda" if torch.cuda.is_available() else "cpu"
    for name, value in usual.items():
        if getattr(asked, name) is None:
            setattr(asked, name, value)
    return asked


def main() -> None:
    """Print the table, or one peak."""
    asked = arguments()
    if asked.peak is not None:
        print(*measure_peak(asked, asked.views[0], asked.peak))
        return
    found = measure(asked)
    if asked.output is not None:
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        asked.output.write_text(json.dumps(found, indent=1) + "\n")
    print(table(found))


if __name__ == "__main__":
    main()
