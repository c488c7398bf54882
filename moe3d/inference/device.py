"""Which device and number format a run uses, and what the device is called."""

from dataclasses import dataclass

import torch

from moe3d.errors import UsageError

DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")

# Below this size a CPU is quick enough in float32, and the answer is the same on every machine.
LARGE_MODEL_PARAMETERS = 200_000_000


@dataclass(frozen=True)
class Compute:
    """A device and the number format of the backbone's matrix products."""

    device: torch.device
    dtype: torch.dtype

    @property
    def precision(self) -> str:
        """Name of the number format: "float32", "bfloat16", "float16"."""
        return str(self.dtype).removeprefix("torch.")


def select_device(wanted: str = "auto") -> torch.device:
    """The device of this name; "auto" takes CUDA, then Apple's MPS, then the CPU.

    Raises:
        UsageError: no such device, or not on this machine.
    """
    if wanted == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    kind, _, number = wanted.partition(":")
    if kind not in DEVICES or (number and not number.isdecimal()):
        raise UsageError(f"device {wanted!r} is unknown; wanted one of {', '.join(DEVICES)}")
    if kind == "cuda" and int(number or 0) >= torch.cuda.device_count():
        raise UsageError(
            f"device {wanted!r} is not there: this PyTorch sees {torch.cuda.device_count()} CUDA "
            "devices; use --device auto or cpu"
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("device 'mps' is not there: it needs a Mac with Apple silicon; use cpu")
    return torch.device(wanted)


def select_compute(device: str, precision: str, num_parameters: int) -> Compute:
    """Device and number format for a model of this size.

    "auto" takes bfloat16 on CUDA cards that have it and float16 on older ones; on a CPU bfloat16
    only for a large model and a processor with bfloat16 units; else float32.

    Raises:
        UsageError: unknown device or precision, or one that the device cannot do.
    """
    if precision not in PRECISIONS:
        raise UsageError(
            f"precision {precision!r} is unknown; wanted one of {', '.join(PRECISIONS)}"
        )
    chosen = select_device(device)
    if precision == "auto":
        return Compute(chosen, _automatic_dtype(chosen, num_parameters))
    if precision == "float16" and chosen.type == "cpu":
        raise UsageError("precision float16 is far slower than float32 on a CPU; use bfloat16")
    return Compute(chosen, getattr(torch, precision))


def _automatic_dtype(device: torch.device, num_parameters: int) -> torch.dtype:
    if device.type == "cuda":
        major, _ = torch.cuda.get_device_capability(device)
        return torch.bfloat16 if major >= 8 else torch.float16
    has_units = device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()
    return (
        torch.bfloat16 if has_units and num_parameters > LARGE_MODEL_PARAMETERS else torch.float32
    )


def describe_device(device: torch.device) -> str:
    """Name of a device for people: "NVIDIA GeForce RTX 4090", "CPU, 8 threads"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {torch.get_num_threads()} threads"
