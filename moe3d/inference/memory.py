"""Peak memory of a run: the GPU's allocations, or the process's resident memory on a CPU."""

import sys

import torch


class PeakMemory:
    """Measures from construction until `bytes` is read."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)

    @property
    def bytes(self) -> int:
        """Peak so far: CUDA allocations since construction; else the process's largest resident
        size since its start; 0 where the system does not say."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device)
        return _peak_resident_bytes()


def _peak_resident_bytes() -> int:
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
