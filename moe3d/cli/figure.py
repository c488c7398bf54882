"""`moe3d figure`: maps side by side, or depth along a line, as a figure for a paper."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from tyro.conf import Positional, arg

from moe3d.cli.console import print_result
from moe3d.errors import UsageError

if TYPE_CHECKING:
    from moe3d.io.figures.content import FigureOptions, GridContent, ProfileContent
    from moe3d.scene.records import ScenePrediction
    from moe3d.scene.truth import AlignedTruth

USUAL_PHOTOS = 4
LINE = re.compile(r"(\d+),(\d+),(\d+),(\d+)")


@dataclass(frozen=True)
class FigureCommand:
    """Draw chosen photos by chosen maps as one grid, or the depth along a line.

    Maps: photo, fused, refined, support, expert:1, ..., gating, vggt, vggt-refined, difference,
    entropy, margin, spread, confidence, flying:fused, flying:vggt; with --truth also truth,
    error:fused and error:vggt. The ending of the file says the kind: .pdf, .svg or .png (300 dpi).
    """

    result: Positional[Path]
    """prediction.npz of a run, the run's folder, or a scene that the window saved."""
    output: Annotated[Path, arg(aliases=["-o"])]
    """File to write: .pdf, .svg or .png."""
    photos: str = ""
    """Photos by number from 1 or by name, separated by commas; default: the first four."""
    maps: str = ""
    """Maps, separated by commas; default: photo, both depths, their difference, and the gate."""
    line: str = ""
    """Draw the depth along this line instead of a grid: x0,y0,x1,y1 in pixels of the network's
    image, on the first of the photos."""
    width: Literal["column", "page"] = "page"
    """Printed width: a column of 8.5 cm or a page of 17.5 cm."""
    photos_as: Literal["rows", "columns"] = "rows"
    """Where the photos of a grid stand."""
    colors: Literal["turbo", "viridis", "grey"] = "turbo"
    """Colours of depth."""
    palette: Literal["okabe-ito", "paper"] = "okabe-ito"
    """Colours of the experts: safe for the colour-blind, or the paper's."""
    truth: Path | None = None
    """Folder or file of true depth."""
    overwrite: bool = False
    """Replace an existing file."""
    json: bool = False
    """Print the result as JSON."""

    def run(self) -> int:
        """Draw, write and return 0."""
        from moe3d.cli.export import OF_A_RUN
        from moe3d.io.figures.content import FIGURE_KINDS, FigureOptions
        from moe3d.io.files.atomic import check_free
        from moe3d.io.scenes.prediction_file import read_prediction

        kind = self.output.suffix.removeprefix(".").lower()
        if kind not in FIGURE_KINDS:
            raise UsageError(
                f"{self.output}: a figure ends with .pdf, .svg or .png; "
                f"got {self.output.suffix or 'no ending'}"
            )
        check_free(self.output, self.overwrite)
        options = FigureOptions(self.width, self.photos_as)
        path = self.result / OF_A_RUN if self.result.is_dir() else self.result
        content = self._content(read_prediction(path))
        return self._write(content, options)

    def _write(self, content: "GridContent | ProfileContent", options: "FigureOptions") -> int:
        from moe3d.io.figures.figure import write_figure

        written = write_figure(content, self.output, options, overwrite=self.overwrite)
        size = written.stat().st_size
        text = f"wrote {written} ({options.width_cm} cm wide, {size / 1e6:.1f} MB)"
        print_result(text, {"written": str(written), "bytes": size}, self.json)
        return 0

    def _content(self, prediction: "ScenePrediction") -> "GridContent | ProfileContent":
        photos = chosen_photos(self.photos, prediction.names)
        truth = self._truth(prediction)
        if self.line:
            return self._profile(prediction, photos[0], truth)
        return self._grid(prediction, photos, truth)

    def _truth(self, prediction: "ScenePrediction") -> "AlignedTruth | None":
        if self.truth is None:
            return None
        from moe3d.evaluation.one_scene.scene_truth import read_truth

        truth = read_truth(self.truth, prediction)
        if not truth.has_depth:
            raise UsageError(f"{self.truth}: holds no depth of these photos")
        return truth

    def _grid(
        self,
        prediction: "ScenePrediction",
        photos: tuple[int, ...],
        truth: "AlignedTruth | None",
    ) -> "GridContent":
        from moe3d.evaluation.one_scene.scene_flying import flying_pixels
        from moe3d.io.figures.content import GridContent, figure_maps
        from moe3d.scene.layers import default_layer, sides
        from moe3d.scene.maps.colorize import depth_range
        from moe3d.scene.maps.pictures import MapStyle
        from moe3d.scene.maps.values import MapSource, map_ranges

        keys = tuple(filter(None, self.maps.split(",")))
        keys = keys or figure_maps(prediction, truth is not None)
        flying = [key.removeprefix("flying:") for key in keys if key.startswith("flying:")]
        marks = flying_pixels(prediction, flying) if flying else {}
        depths, mask = [prediction.depth], prediction.valid_mask
        if prediction.baseline is not None:
            depths.append(prediction.baseline.depth)
        others = dict(map_ranges(prediction))
        if truth is not None:
            others |= {
                key: (-truth.usual_error, truth.usual_error)
                for key in keys
                if key.startswith("error:")
            }
        style = MapStyle(
            depth_range(depths, [mask] * len(depths)),
            self.colors,
            self.palette,
            contours=True,
            other_ranges=others,
        )
        compared = sides(prediction, default_layer(prediction))
        depth = None if truth is None else truth.depth
        sources = tuple(
            MapSource(
                prediction, index, prediction.depth, truth=depth, flying=marks, compared=compared
            )
            for index in photos
        )
        return GridContent(sources, keys, style)

    def _profile(
        self, prediction: "ScenePrediction", photo: int, truth: "AlignedTruth | None"
    ) -> "ProfileContent":
        from moe3d.io.figures.content import ProfileContent
        from moe3d.scene.profile import ProfileLine, sample_profile

        found = LINE.fullmatch(self.line.replace(" ", ""))
        _, height, width = prediction.depth.shape
        if found is None:
            raise UsageError(f"a line is x0,y0,x1,y1 in whole pixels; got {self.line!r}")
        x0, y0, x1, y1 = (int(number) for number in found.groups())
        if max(x0, x1) >= width or max(y0, y1) >= height or (x0, y0) == (x1, y1):
            raise UsageError(
                f"the line must join two pixels of the image of {width} x {height}; got {self.line}"
            )
        depth = None if truth is None else truth.depth
        line = ProfileLine(photo, (x0, y0), (x1, y1))
        profile = sample_profile(prediction, line, truth=depth)
        return ProfileContent(
            profile, prediction.metadata.units, self.palette, untrained_notes(prediction)
        )


def untrained_notes(prediction: "ScenePrediction") -> tuple[str, ...]:
    """What must be printed beside the experts' curves."""
    is_noise = prediction.num_experts > 1 and not prediction.metadata.experts_trained
    return ("Experts untrained: their curves are noise",) * is_noise


def chosen_photos(text: str, names: tuple[str, ...]) -> tuple[int, ...]:
    """Indices of photos that are named, or numbered from 1.

    Raises:
        UsageError: there is no such photo.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        return tuple(range(min(len(names), USUAL_PHOTOS)))
    found = []
    for word in words:
        stems = [Path(name).stem for name in names]
        if word in names:
            found.append(names.index(word))
        elif word.isdigit() and 1 <= int(word) <= len(names):
            found.append(int(word) - 1)
        elif word in stems:
            found.append(stems.index(word))
        else:
            raise UsageError(
                f"there is no photo {word!r}; there are {len(names)}: {', '.join(names[:12])}"
            )
    return tuple(dict.fromkeys(found))
