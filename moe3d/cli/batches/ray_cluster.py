"""Scenes of a batch on the workers of a Ray cluster: one network an actor, and new actors for those
that die."""

import logging
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from moe3d.cli.batches.scenes import SceneResult, SceneWorker
from moe3d.cli.engines import HERE, ServerOptions
from moe3d.cli.run import RunCommand
from moe3d.errors import UsageError
from moe3d.io.files.outside_files import first_line

Scenes = Sequence[tuple[Path, str]]
"""Folders, and what is said of each on stderr."""


class RayCluster:
    """The actors of one batch; use it in a `with`.

    Args:
        command: of every scene, as for `SceneWorker`; its paths mean the same on all machines.
        workers: None for one a graphics card, or without any one a machine.

    Raises:
        UsageError: Ray is not installed, or the cluster has too few cards for so many workers.
    """

    def __init__(self, command: RunCommand, workers: int | None = None) -> None:
        if find_spec("ray") is None:
            raise UsageError(
                "--engine ray needs Ray, which is not installed: pip install "
                "'moe3d-viewer[cluster]'. Where Ray has no package for this Python and system, "
                "--part 1/4 and so on share the scenes among programs started by hand"
            )
        if command.on.server not in (None, HERE):
            raise UsageError("--server and --engine ray are two ways; choose one")
        model = Path(command.model)
        self._command = replace(
            command,
            output=command.output.resolve(),
            model=str(model.resolve()) if model.exists() else command.model,
            on=ServerOptions(HERE),
            quiet=True,  # what workers print is not seen; what is said is said here
        )
        self._quiet, self._wanted = command.quiet, workers

    def __enter__(self) -> "RayCluster":
        import ray

        ray.init(
            include_dashboard=False,
            configure_logging=False,
            logging_level=logging.ERROR,
            log_to_driver=False,
        )
        try:
            self._options, self._num_workers = self._share()
        except BaseException:
            ray.shutdown()
            raise
        self._actor = ray.remote(SceneWorker)
        self._idle: list[Any] = []
        return self

    def __exit__(self, *error: object) -> None:
        import ray

        ray.shutdown()

    def do(self, scenes: Scenes) -> Iterator[tuple[Path, SceneResult]]:
        """Every scene once, in the order in which they end.

        A worker that dies takes its scene with it, as a failure; another one takes its place.
        """
        import ray
        from ray.exceptions import RayActorError, RayError

        left = deque(scenes)
        idle = self._idle
        while len(idle) < min(self._num_workers, len(scenes)):
            idle.append(self._new_actor())
        busy: dict[Any, tuple[Any, Path]] = {}
        while left or busy:
            while left and idle:
                (scene, heading), actor = left.popleft(), idle.pop()
                if not self._quiet:
                    print(f"{heading}: {scene.name}", file=sys.stderr)
                busy[actor.do.remote(scene.resolve(), heading)] = (actor, scene)
            (ready, *_), _ = ray.wait(list(busy), num_returns=1)
            actor, scene = busy.pop(ready)
            try:
                result = ray.get(ready)
            except RayActorError as error:
                result = _failed(f"its worker ended in the middle ({first_line(error)})")
                actor = self._new_actor() if left else None
            except RayError as error:
                result = _failed(f"its worker failed ({first_line(error)})")
            if actor is not None:
                idle.append(actor)
            yield scene, result

    def _new_actor(self) -> Any:
        return self._actor.options(**self._options).remote(self._command)

    def _share(self) -> tuple[dict[str, int], int]:
        """What one worker takes of the cluster, and how many there are."""
        import ray

        wanted = self._wanted
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        cards = int(sum(node.get("GPU", 0) for node in nodes))
        if cards and self._command.device != "cpu":
            if wanted is not None and wanted > cards:
                raise UsageError(
                    f"--workers {wanted} is more than the {cards} graphics cards of this Ray "
                    "cluster; each worker takes one"
                )
            return {"num_cpus": 1, "num_gpus": 1}, wanted or cards
        cores = [int(node.get("CPU", 0)) for node in nodes]
        workers = min(wanted or len(nodes), max(sum(cores), 1))
        return {"num_cpus": max(1, min(sum(cores) // workers, *cores))}, workers


def _failed(reason: str) -> SceneResult:
    return SceneResult("failed", reason=reason)
