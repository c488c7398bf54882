"""Who computes: this machine, or the server that options or the environment name."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from moe3d.errors import UsageError

if TYPE_CHECKING:
    from moe3d.inference.engine import Engine

HERE = "here"


@dataclass(frozen=True)
class ServerOptions:
    """Another machine that computes."""

    server: str | None = None
    """Have a machine compute on which `moe3d serve` runs: its address, such as
    http://127.0.0.1:8765. "here" is this machine; without the option MOE3D_SERVER counts."""
    token: str | None = None
    """What that server printed when it started; better in MOE3D_TOKEN, where other users of this
    machine cannot read it."""


def choose_engine(on: ServerOptions, model: str, device: str, precision: str) -> "Engine":
    """The engine that computes; nothing is loaded, nobody is asked yet.

    Raises:
        UsageError: the server's address or token is none, or options that are the server's are set.
    """
    server = on.server or os.environ.get("MOE3D_SERVER", "") or HERE
    if server == HERE:
        if on.token is not None:
            raise UsageError("--token goes with --server; no server is named")
        from moe3d.inference.engine import LocalEngine

        return LocalEngine(model, device, precision)
    if device != "auto" or precision != "auto":
        raise UsageError(
            f"--device and --precision are chosen where {server} was started, not here; "
            "leave them out, or add --server here"
        )
    from moe3d.remote.engine import RemoteEngine

    token = on.token if on.token is not None else os.environ.get("MOE3D_TOKEN", "")
    return RemoteEngine(server, token, model)
