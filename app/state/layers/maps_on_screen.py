"""Which maps there are to be seen, what they are computed from, and in which colours."""

from dataclasses import dataclass

from moe3d import MapSource, MapStyle, SideSplit, map_keys
from moe3d_viewer.state.layers.depth_range import DepthRangeState
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.map_options import MapOptionsState
from moe3d_viewer.state.layers.remix import RemixState
from moe3d_viewer.state.layers.view_options import Layout, ViewOptionsState
from moe3d_viewer.state.scene.comparison import ComparisonState
from moe3d_viewer.state.scene.truth import TruthState
from moe3d_viewer.state.work import WorkState


@dataclass(frozen=True)
class MapsOnScreen:
    """Asks every state that has a say; keeps nothing."""

    display: DisplayState
    view: ViewOptionsState
    options: MapOptionsState
    truth: TruthState
    remix: RemixState
    comparison: ComparisonState
    depth_range: DepthRangeState
    work: WorkState

    @property
    def keys(self) -> tuple[str, ...]:
        """Every map of the result, from left to right; none without a result."""
        prediction = self.display.prediction
        if prediction is None:
            return ()
        has_truth = self.truth.depth is not None
        photo, *others = map_keys(prediction, has_truth, self.display.sides)
        in_one = self.display.layout in (Layout.SWIPE, Layout.FLIP)
        return (photo, "sides", *others) if in_one else (photo, *others)

    @property
    def shown_keys(self) -> tuple[str, ...]:
        """Those that stand in the strip; for plain work photo, depth, confidence and support."""
        if self.work.is_plain:
            plain = ("photo", self.display.layer, "confidence", "support")
            return tuple(key for key in plain if key in self.keys)
        return tuple(filter(self.options.is_shown, self.keys))

    @property
    def offered_keys(self) -> tuple[str, ...]:
        """Those that a large map can be changed to: in plain work the same few."""
        return self.shown_keys if self.work.is_plain else self.keys

    @property
    def plain_depth(self) -> str:
        """The layer that is simply called depth; empty where layers have names."""
        return self.display.layer if self.work.is_plain else ""

    @property
    def source(self) -> MapSource | None:
        """The selected photo with a what-if, truth and flying points; None without a result."""
        return self.source_of(self.view.selected_view)

    def source_of(self, index: int) -> MapSource | None:
        """The same of another photo."""
        prediction, scene = self.display.prediction, self.display.scene
        if prediction is None or index >= prediction.num_views:
            return None
        what_if = self.remix.shown
        return MapSource(
            prediction,
            index,
            what_if.fused(prediction),
            what_if.remix,
            self.truth.depth,
            scene.flying if scene is not None else {},
            self.display.sides,
        )

    @property
    def style(self) -> MapStyle | None:
        """The colours of all maps; None without a result."""
        scene, view, ends = self.display.scene, self.view, self.depth_range.ends
        if scene is None or ends is None:
            return None
        return MapStyle(
            ends,
            view.color_map,
            view.palette,
            view.overlay_opacity if self.options.overlay_shown else 0.0,
            view.hidden_experts,
            self.options.contours,
            self.options.fades,
            self.split,
            {**scene.ranges.other_maps, **self.truth.error_ranges},
        )

    @property
    def split(self) -> SideSplit:
        """What of the picture of both networks belongs to which."""
        if self.display.layout is Layout.FLIP:
            return SideSplit(0.0 if self.comparison.flipped else 1.0)
        return SideSplit(self.comparison.swipe)

    def layer_at(self, key: str, x: int) -> str:
        """The map or layer that a column of a picture shows: the picture of both networks has
        two."""
        prediction = self.display.prediction
        if key != "sides" or prediction is None:
            return key
        is_left = x < self.split.columns(prediction.depth.shape[2])
        return self.display.sides[0 if is_left else 1]
