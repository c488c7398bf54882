"""How much memory a run may take, and how much it took."""

import sys
from pathlib import Path

import psutil
import torch

CGROUP = Path("/sys/fs/cgroup")


def free_bytes(device: torch.device) -> int:
    """Free now on the device; on a CPU what system, container and `ulimit -v` leave to us."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    free = psutil.virtual_memory().available
    return max(0, min(free, *_limits()))


def _limits() -> list[int]:
    return [left for left in (_address_space_left(), _container_left()) if left is not None] or [
        sys.maxsize
    ]


def _address_space_left() -> int | None:
    """Of `ulimit -v`; None without one."""
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    return limit - psutil.Process().memory_info().vms


def _container_left() -> int | None:
    """Of a control group, version 2; None where there is none or it has no limit."""
    try:
        limit = (CGROUP / "memory.max").read_text(encoding="ascii").strip()
        used = (CGROUP / "memory.current").read_text(encoding="ascii").strip()
        return int(limit) - int(used)
    except (OSError, ValueError):  # "max" too
        return None


class PeakMemory:
    """Measures from construction until `bytes` is read.

    On a card the allocator's own peak. Elsewhere the memory that is the process's own, so without
    a mapped file of weights, looked at whenever `look` is called; where the system does not tell
    it apart, the largest resident size since the process began.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._largest = 0
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        self.look()

    def look(self) -> None:
        """Take the present size into account."""
        if self._device.type != "cuda":
            self._largest = max(self._largest, _own_bytes() or 0)

    @property
    def bytes(self) -> int:
        """Peak so far; 0 where the system does not say."""
        if self._device.type == "cuda":
            return torch.cuda.max_memory_allocated(self._device)
        self.look()
        return self._largest or _peak_resident_bytes()


def _own_bytes() -> int | None:
    """Anonymous resident memory; None where the system does not tell it apart."""
    try:
        with Path("/proc/self/status").open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return None


def _peak_resident_bytes() -> int:
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
