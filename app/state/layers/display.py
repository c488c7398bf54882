"""The prediction as it is shown: clouds, ranges and usage, and what the filter leaves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from moe3d import Progress, ScenePrediction, default_layer, layer_names, sky_share, with_sky
from moe3d.scene.multiview import usual_min_support
from moe3d_viewer.state.job import (
    JobKind,
    Jobs,
    LatestJob,
    error_text,
    was_cancelled,
)
from moe3d_viewer.state.layers.layer_choice import LayerChoice
from moe3d_viewer.state.layers.layer_clouds import LayerClouds
from moe3d_viewer.state.layers.scene_display import CloudDisplay, SceneDisplay, same_photo
from moe3d_viewer.state.layers.view_options import COLOR_MODES, Layout, ViewOptionsState
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.run.reconstruction import ReconstructionState
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState

Prepared = tuple[ScenePrediction, SceneDisplay]
"""A prediction in the units of the screen, and what the panels draw of it."""

PREPARE_DISPLAY = JobKind[Callable[[ScenePrediction, Sequence[str], Progress], SceneDisplay]](
    "prepare_display"
)
"""Everything that the panels need and that takes longer than a frame; clouds of these layers."""


class DisplayState(QObject):
    """Prepares each new prediction in a job and answers what is on the screen."""

    depths_changed = Signal()
    """Other depths, points and cameras are there to be drawn, or none any more: another result, or
    the same one in other units. Comes first of these three."""
    result_changed = Signal()
    """Another result is there, or none any more: other photos, layers, experts and facts. Not for
    the same one in other units."""
    presence_changed = Signal(bool)
    """There is a result now, or none any more."""
    leaving = Signal()
    """What is on the screen goes in a moment: nothing may point into it any more."""
    cloud_ready = Signal(str)
    """Points of this layer are there."""
    levels_changed = Signal()
    """The confidences that a threshold cuts are others: other points, or those of another layer."""
    filter_changed = Signal()
    """Threshold or kept count changed."""
    layers_shown_changed = Signal()
    told = Signal()
    """All that another result changes has been said, signal by signal: who draws does so now."""
    shown = Signal(object)
    """This answer of a run, as it came, is on the screen, or cannot be shown."""
    preparing_progressed = Signal(object)
    """ProgressReport of the making of what is shown next."""

    def __init__(
        self,
        jobs: Jobs,
        reconstruction: ReconstructionState,
        scale: MetricScaleState,
        options: ViewOptionsState,
        notices: Notices,
    ) -> None:
        super().__init__()
        self._scale = scale
        self._jobs, self._options, self._notices = jobs, options, notices
        self._reconstruction = reconstruction
        self._prediction: ScenePrediction | None = None
        self._told_of: ScenePrediction | None = None
        self._asked_for: ScenePrediction | None = None
        self._choice = LayerChoice(None)
        self._display: SceneDisplay | None = None
        self._clouds = LayerClouds(jobs, self)
        self._preparing = LatestJob(jobs, self)
        self._preparing.succeeded.connect(self._on_prepared)
        self._preparing.progressed.connect(self.preparing_progressed)
        self._preparing.failed.connect(self._on_preparing_failed)
        self._mixes = self._is_changing = False
        self._clouds.ready.connect(self._on_cloud_ready)
        self._clouds.failed.connect(self._on_failed)
        reconstruction.answer_changed.connect(self._on_answer_changed)
        scale.wanted_changed.connect(self._prepare)
        self.levels_changed.connect(self.filter_changed)
        options.percentile_changed.connect(self.filter_changed)
        options.layer_changed.connect(self._show_layer)
        options.layout_changed.connect(self._show_layer)

    @property
    def prediction(self) -> ScenePrediction | None:
        """The prediction on the screen, once it is prepared; None before."""
        return self._prediction

    @property
    def scene(self) -> SceneDisplay | None:
        """Its statistics."""
        return self._display

    @property
    def answer(self) -> ScenePrediction | None:
        """What is on the screen as the run gave it, in its own units."""
        return self._told_of

    @property
    def is_changing(self) -> bool:
        """Whether another result is being told of: what takes long can wait for `told`."""
        return self._is_changing

    @property
    def is_preparing(self) -> bool:
        """Whether another result, or the same one in other units, is on its way to the screen."""
        return self._preparing.is_running

    @property
    def is_building(self) -> bool:
        """Whether points of a layer are being built, maybe of one that nobody sees yet."""
        return self._clouds.is_building

    @property
    def has_experts(self) -> bool:
        """Whether there is anything to see of experts: more than one."""
        return self._prediction is not None and self._prediction.num_experts > 1

    @property
    def has_baseline(self) -> bool:
        """Whether VGGT's answer is there."""
        return self._prediction is not None and self._prediction.baseline is not None

    @property
    def has_flying(self) -> bool:
        """Whether flying points are marked in the first cloud."""
        cloud = self.first_cloud
        return cloud is not None and cloud.has_flying

    @property
    def first_cloud(self) -> CloudDisplay | None:
        """Points of the layer that is shown unless another one is chosen; None without a result."""
        prediction = self._prediction
        return self._clouds.get(default_layer(prediction)) if prediction is not None else None

    @property
    def choice(self) -> LayerChoice:
        """Which layer is shown, and why."""
        chosen, mixes, known = self._options.layer, self._mixes, self._choice
        is_same = known.prediction is self._prediction and known.chosen == chosen
        if not is_same or known.is_mixing != mixes:
            self._choice = LayerChoice(self._prediction, chosen, mixes)
        return self._choice

    @property
    def layer(self) -> str:
        """Depth layer of the left or only 3D view."""
        return self.choice.layer

    @property
    def sides(self) -> tuple[str, str]:
        """Layers that are compared now, MoE3D's and VGGT's: both raw, or both refined."""
        return self.choice.sides

    @property
    def has_support(self) -> bool:
        """Whether it is known, of a layer that is shown, how many photos confirm each point."""
        return any(layer in self._confirmed for layer in self.layers_shown)

    @property
    def usual_min_support(self) -> int:
        """How many photos must confirm a point that is shown unasked, in the left or only view."""
        return usual_min_support(self._confirmed.get(self.layer, 0.0))

    @property
    def _confirmed(self) -> Mapping[str, float]:
        return self._display.confirmed if self._display is not None else {}

    def confirmed_share(self, layer: str) -> float | None:
        """Share of a layer's valid pixels that another photo confirms; None when unknown."""
        return self._confirmed.get(layer)

    @property
    def sky_share(self) -> float:
        """Share of the valid pixels that show sky, 0..1."""
        return self._display.sky_share if self._display is not None else 0.0

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the depth layers, in the order in which they are shown."""
        return self.choice.layers

    @Slot(bool)
    def show_refined(self, refined: bool) -> None:
        """Show the refined form of the layer on the screen, or the network's own."""
        if self.choice.can_refine:
            self._options.select_layer(self.choice.form(refined))

    def expect_mix(self, mixes: bool) -> None:
        """A what-if begins or ends: it moves the points of the network's own fused depth."""
        if mixes != self._mixes:
            before, self._mixes = self.layer, mixes
            if self.layer != before:
                self._show_layer()
            elif self.choice.has_refined:
                self.layers_shown_changed.emit()

    @property
    def color_modes(self) -> tuple[str, ...]:
        """Colour modes that this prediction has something to show for."""
        without = set() if self.has_experts else {"expert", "entropy"}
        without |= set() if self.has_baseline else {"difference"}
        without |= set() if self.has_flying else {"flying"}
        without |= set() if self._confirmed else {"support"}
        return tuple(mode for mode in COLOR_MODES if mode not in without)

    def next_color_mode(self) -> None:
        """Go to the next way to colour the points, and round again."""
        modes = self.color_modes
        place = modes.index(self._options.color_mode) + 1
        self._options.set_color_mode(modes[place % len(modes)])

    @property
    def layers_shown(self) -> tuple[str, ...]:
        """Layers of the 3D views from left to right: one or two."""
        return self.choice.on_screen(self.layout.has_two_sides)

    @property
    def layout(self) -> Layout:
        """How the 3D part is divided: as chosen, or one view where there is nothing to compare."""
        return self._options.layout if self.has_baseline else Layout.SINGLE

    @property
    def color_mode(self) -> str:
        """What colours the points: as chosen, or the difference in its layout."""
        is_difference = self.layout is Layout.DIFFERENCE
        return "difference" if is_difference else self._options.color_mode

    def cloud(self, layer: str) -> CloudDisplay | None:
        """Points of one layer, or None while they are not there."""
        return self._clouds.get(layer)

    def take_points(self, layer: str) -> object | None:
        """Hand out a layer's points for good: nothing of them is kept here.

        None when they are not there or were handed out before: they are built, and `cloud_ready`
        tells when to ask again.
        """
        return self._clouds.take_points(layer)

    def threshold(self, layer: str) -> float:
        """Smallest confidence that is drawn; -inf when everything is."""
        return self._clouds.threshold(layer, self._options.percentile)

    def kept(self, layer: str) -> int:
        """Points that the filter leaves."""
        return self._clouds.kept(layer, self._options.percentile)

    def total(self, layer: str) -> int:
        """Points before the filter."""
        return self._clouds.total(layer)

    def stop(self) -> None:
        """Drop all work that is under way."""
        self._preparing.abandon()
        self._clouds.stop()

    @Slot()
    def _on_answer_changed(self) -> None:
        answer = self._reconstruction.answer
        is_to_scale = not self._scale.is_on_its_way
        if answer is not None and answer is self._told_of and is_to_scale:
            self.stop()  # back to what is on the screen
        else:
            self._prepare()

    @Slot()
    def _prepare(self) -> None:
        answer = self._reconstruction.answer
        self.stop()
        if answer is None:
            self.leaving.emit()
            self._prediction, self._display = None, None
            self._clouds.take_over(None, {}, {})
            self._scale.show_wanted()
            self._tell(None)
            self.levels_changed.emit()
            return
        self._asked_for = answer
        jobs, scaled, mixes = self._jobs, self._scale.now(), self._mixes
        chosen, layout = self._options.layer, self._options.layout

        def prepare(progress: Progress, _publish: object) -> Prepared:
            shown = with_sky(scaled(answer))
            has_two_sides = layout.has_two_sides and shown.baseline is not None
            first = LayerChoice(shown, chosen, mixes).on_screen(has_two_sides)
            display = jobs[PREPARE_DISPLAY](shown, first, progress)
            return shown, replace(display, sky_share=sky_share(shown))

        self._preparing.start(prepare)

    @Slot(object)
    def _on_prepared(self, prepared: Prepared) -> None:
        self._is_changing = True
        try:
            self._take_over(prepared)
        finally:
            self._is_changing = False
        self.told.emit()
        self._build_missing()
        self.shown.emit(self._asked_for)

    def _take_over(self, prepared: Prepared) -> None:
        before, (now, _) = self._prediction, prepared
        self.leaving.emit()
        names = () if before is None else before.names
        photo = same_photo(self._options.selected_view, names, now.names)
        if before is not None:  # choose what both have while all panels still show the old one
            self._options.select_view(min(photo, before.num_views - 1))
            if self._options.layer not in ("", *layer_names(now)):
                self._options.select_layer("")
        self._prediction, display = prepared
        self._scale.show_wanted()
        self._clouds.take_over(now, display.clouds, display.flying)
        self._display = replace(display, clouds={})
        if self._options.layer not in ("", *self.layers):
            self._options.select_layer("")
        self._tell(self._asked_for)
        self._options.select_view(photo)
        if self._options.color_mode not in self.color_modes:
            self._options.set_color_mode("photo")
        self.layers_shown_changed.emit()
        self.levels_changed.emit()

    def _tell(self, now: ScenePrediction | None) -> None:
        """Something else is on the screen: say what of it is another one."""
        before = self._told_of
        self._told_of = now
        self.depths_changed.emit()
        if now is not before:
            self.result_changed.emit()
        if (now is None) is not (before is None):
            self.presence_changed.emit(now is not None)

    @Slot()
    @Slot(str)
    @Slot(object)
    def _show_layer(self, _choice: object = None) -> None:
        self.layers_shown_changed.emit()
        self.levels_changed.emit()
        self._build_missing()

    def _build_missing(self) -> None:
        self._clouds.want(self.layers_shown, self.sides[1:])  # the comparison may be next

    @Slot(str)
    def _on_cloud_ready(self, layer: str) -> None:
        self.cloud_ready.emit(layer)
        self.levels_changed.emit()
        self._build_missing()

    @Slot(object)
    def _on_preparing_failed(self, error: Exception) -> None:
        self._on_failed(error)
        if self._prediction is not None:
            self._scale.give_up()
        self.shown.emit(self._asked_for)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not show the result"), error_text(error))
