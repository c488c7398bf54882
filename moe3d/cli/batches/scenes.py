"""One scene of a batch: what is there already, the run, and what came of it."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from moe3d.cli.batches.record import SceneRecord, sizes_in
from moe3d.cli.console import warn
from moe3d.cli.run import RunCommand
from moe3d.errors import ImageReadError, JobCancelledError, MoE3DError, OutputError

if TYPE_CHECKING:
    from moe3d.inference.engine import Engine
    from moe3d.scene.multiview import Agreement

Outcome = Literal["done", "skipped", "failed"]


@dataclass(frozen=True)
class SceneResult:
    """What came of a scene."""

    outcome: Outcome
    reason: str = ""
    """Why it failed."""
    agreement: "Agreement | None" = None
    names: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What a terminal says of it."""
        from moe3d.scene.agreement_text import agreement_lines

        return ["done", *agreement_lines(self.agreement, self.names)]

    def agreement_json(self) -> dict[str, Any] | None:
        """The numbers of the scene and of every photo."""
        from moe3d.scene.agreement_text import full_agreement_json

        return full_agreement_json(self.agreement, self.names)


class SceneWorker:
    """Does scenes one after the other; the engine of the first one computes all others too.

    Args:
        command: of every scene, but for its photos; `output` holds a folder for each.
    """

    def __init__(self, command: RunCommand) -> None:
        self._of_all = command
        self._engine: Engine | None = None

    def do(self, scene: Path, heading: str) -> SceneResult:
        """Reconstruct a scene, or skip it when it is complete; a failure is a result too.

        Args:
            scene: folder of its photos.
            heading: "scene 3 of 10", said before its stages on stderr.

        Raises:
            JobCancelledError: the user stopped it.
        """
        try:
            return self._do(scene, heading)
        except JobCancelledError:
            raise
        except MoE3DError as error:
            warn(f"{scene.name}: {error}")
            return SceneResult("failed", reason=str(error))

    def _do(self, scene: Path, heading: str) -> SceneResult:
        output, overwrite = self._of_all.output / scene.name, self._of_all.overwrite
        command = replace(self._of_all, photos=(scene,), output=output)
        record = SceneRecord(command.output, tuple(command.targets()), sizes_in(scene))
        state = record.state()
        if state == "foreign" and not overwrite:
            raise OutputError(
                f"{command.output} holds a part of a result that no batch began; add --overwrite "
                "to replace it, or choose another folder with -o"
            )
        if state == "changed" and not overwrite:
            warn(f"{scene.name}: its photos changed since; --overwrite makes it anew")
        if state in ("complete", "changed") and not overwrite:
            return SceneResult("skipped")
        if not command.quiet:
            print(f"{heading}: {scene.name}", file=sys.stderr)
        if state == "unfinished":
            command = replace(command, overwrite=True)
        record.begin()
        try:
            made = command.make(lambda: self._engine_of(command), f"{heading}, {scene.name}: ")
        except MoE3DError:
            record.forget_if_empty()
            raise
        if sizes_in(scene) != record.photos:
            raise ImageReadError(f"{scene} changed while it was reconstructed; it is made again")
        prediction, written = made
        record.end(written)
        return SceneResult("done", agreement=prediction.agreement, names=prediction.names)

    def _engine_of(self, command: RunCommand) -> "Engine":
        if self._engine is None:
            self._engine = command.engine()
        return self._engine
