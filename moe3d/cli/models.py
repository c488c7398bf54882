"""`moe3d models`: the known checkpoints, fetching one when asked, and copies that start sooner."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tyro.conf import Positional

from moe3d.cli.console import ConsoleProgress, print_result
from moe3d.errors import UsageError


@dataclass(frozen=True)
class ModelsCommand:
    """List the known models, or download one (nothing is fetched without being asked).

    `narrow` writes a copy whose backbone is in bfloat16, as a run in that precision makes it at
    every start: the same result, little more than half the file, and a start without waiting.
    """

    action: Positional[Literal["list", "download", "narrow"]] = "list"
    """list, download followed by an id, or narrow followed by an id or a file."""
    id: Positional[str | None] = None
    """Model to download, as listed; or the one to copy."""
    output: Path | None = None
    """Where narrow writes the copy, a new file that ends in .safetensors."""
    yes: bool = False
    """Download without asking again."""
    json: bool = False
    """Print the list as JSON."""

    def run(self) -> int:
        """List, download or copy; returns 0."""
        if self.action == "narrow":
            return self._narrow()
        return self._download() if self.action == "download" else self._list()

    def _list(self) -> int:
        from moe3d.model.known_models import known_models

        models = known_models()
        lines = []
        for model in models:
            where = model.path or "not on this machine"
            gate = ", needs an accepted application" if model.is_gated else ""
            lines.append(f"{model.id}\n  {model.summary}, {model.size_bytes / 1e6:,.0f} MB{gate}")
            lines.append(f"  licence: {model.licence}\n  where: {where}")
        values = [
            {
                "id": model.id,
                "summary": model.summary,
                "size_bytes": model.size_bytes,
                "licence": model.licence,
                "gated": model.is_gated,
                "path": str(model.path) if model.path else None,
            }
            for model in models
        ]
        print_result("\n".join(lines), {"models": values}, self.json)
        return 0

    def _download(self) -> int:
        from moe3d.model.download import download_model
        from moe3d.model.hub import HuggingFaceHub
        from moe3d.model.known_models import known_model

        if self.id is None:
            raise UsageError("name the model to download; `moe3d models` lists them")
        model = known_model(self.id)
        print(f"{model.id}: {model.size_bytes / 1e9:.2f} GB, licence: {model.licence}")
        if not self.yes and input("Download it? [y/N] ").strip().lower() not in ("y", "yes"):
            print("nothing was downloaded")
            return 0
        console = ConsoleProgress()
        try:
            path = download_model(model.id, HuggingFaceHub(), console.progress)
        finally:
            console.finish()
        print(f"{model.id} is at {path}")
        return 0

    def _narrow(self) -> int:
        if self.id is None or self.output is None:
            raise UsageError(
                "name the model and the copy: moe3d models narrow MODEL --output COPY.safetensors"
            )
        if self.output.exists():
            raise UsageError(f"{self.output} is there already; name a new file")
        import torch

        from moe3d.model.checkpoint import ReadOptions, read_checkpoint, write_checkpoint
        from moe3d.model.known_models import find_checkpoint

        console = ConsoleProgress()
        try:
            options = ReadOptions(backbone_dtype=torch.bfloat16)
            loaded = read_checkpoint(find_checkpoint(self.id), options, console.progress)
            console.progress.report("write the copy")
            written = write_checkpoint(loaded.network, self.output, loaded.info)
        finally:
            console.finish()
        before, after = loaded.info.size_bytes / 1e9, written.size_bytes / 1e9
        print(f"{self.output}: {after:.2f} GB (before: {before:.2f} GB)")
        return 0
