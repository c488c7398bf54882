"""`moe3d serve`: let other machines compute on this one."""

import os
import secrets
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from moe3d.cli.console import warn
from moe3d.errors import UsageError

if TYPE_CHECKING:
    from moe3d.remote.limits import Limits

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SHORTEST_TOKEN = 16
NEEDED = ("fastapi", "uvicorn")


@dataclass(frozen=True)
class ServeCommand:
    """Compute for other machines: `moe3d run --server` and "Run on" in the window ask this one.

    Photos and results are sent unencrypted. So nobody but this machine is heard unless --host says
    otherwise; from elsewhere an SSH tunnel reaches it (ssh -L 8765:localhost:8765 this-machine).
    """

    model: tuple[str, ...] = ("mini",)
    """Models that clients may use, as for `moe3d run`; the last one used stays loaded."""
    device: str = "auto"
    """auto, cuda, cuda:1, mps or cpu."""
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    """Number format of the backbone's matrix products."""
    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 is all of this machine's."""
    port: int = 8765
    """0 takes a free one."""
    token: str | None = None
    """What clients must say; without it that of MOE3D_TOKEN, or a new one, which is printed."""
    max_photos: int = 500
    """Of one run."""
    max_gigabytes: float = 4.0
    """Of one run's photos, as files."""
    max_megapixels: float = 200.0
    """Of one photo."""
    max_waiting: int = 4
    """Runs that may wait while another one goes on."""
    keep_minutes: float = 60.0
    """How long a result is kept for a client that does not fetch it."""

    def run(self) -> int:
        """Answer until Ctrl+C; returns 0."""
        missing = [name for name in NEEDED if find_spec(name) is None]
        if missing:
            raise UsageError(
                f"moe3d serve needs {' and '.join(missing)}, which "
                f"{'is' if len(missing) == 1 else 'are'} not installed: "
                "pip install 'moe3d-viewer[remote]'"
            )
        given = self.token if self.token is not None else os.environ.get("MOE3D_TOKEN", "")
        self._check(given)
        from moe3d.remote.server import ServerOptions, serve

        token = given or secrets.token_urlsafe(24)
        options = ServerOptions(
            self.model, self.device, self.precision, self.host, self.port, token, self._limits()
        )

        def tell(address: str) -> None:
            print(f"{address} computes with {', '.join(self.model)}; Ctrl+C ends it")
            if not given:
                print(f"token: {token}")
            sys.stdout.flush()

        serve(options, tell)
        return 0

    def _check(self, token: str) -> None:
        if not 0 <= self.port <= 65535:
            raise UsageError(f"--port must be 0 to 65535; got {self.port}")
        if not self.model:
            raise UsageError("--model names no model; wanted at least one")
        if token and (len(token) < SHORTEST_TOKEN or not token.isascii()):
            raise UsageError(
                f"the token has {len(token)} characters; wanted at least {SHORTEST_TOKEN} of ASCII "
                "(without one, a good one is made)"
            )
        if self.host not in LOOPBACK:
            warn(
                f"{self.host} can be reached from other machines, and nothing is encrypted; "
                "on a network that others use, an SSH tunnel is safer"
            )

    def _limits(self) -> "Limits":
        from moe3d.remote.limits import Limits

        values = {
            "--max-photos": self.max_photos,
            "--max-gigabytes": self.max_gigabytes,
            "--max-megapixels": self.max_megapixels,
            "--keep-minutes": self.keep_minutes,
        }
        for option, value in values.items():
            if not 0 < value < 1e9:
                raise UsageError(f"{option} must be above 0; got {value:g}")
        if self.max_waiting < 0:
            raise UsageError(f"--max-waiting must be 0 or more; got {self.max_waiting}")
        return Limits(
            self.max_photos,
            round(self.max_gigabytes * 1e9),
            round(self.max_megapixels * 1e6),
            self.max_waiting,
            60 * self.keep_minutes,
        )
