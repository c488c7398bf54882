"""The what-if mixture: experts muted or alone, hard or soft, another temperature.

Never part of an export or a metric: these use the prediction, which nothing here changes.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal, Slot

from moe3d import Progress, Remix, ScenePrediction, remix_depth
from moe3d.scene.mixture import MODELS_OWN
from moe3d_viewer.state.chosen_values import flag, indices, number
from moe3d_viewer.state.job import (
    JobKind,
    Jobs,
    LatestJob,
    Publish,
    Work,
    error_text,
    was_cancelled,
)
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.what_if import NOTHING_CHANGED, Remixer, WhatIf
from moe3d_viewer.state.newest_wish import NewestWish
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.remembered import Chosen, Remembered

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.005, 20.0
AS_TRAINED = 0.0
"""Temperature that stands for the model's own."""
PREPARE_REMIX = JobKind[Callable[[ScenePrediction, Any, Progress], Remixer]]("prepare_remix")
"""What moves the points of the fused cloud, from their places in its buffer."""


class RemixState(Remembered):
    """What the user asks of the gate, and the depth that comes of it.

    The newest wish waits, so that a dragged slider shows as many pictures as the machine can make.
    """

    wish_changed = Signal()
    """Controls show something else; the depth follows."""
    shown_changed = Signal()
    """Another mixture is there to be drawn."""

    muted = Chosen(frozenset[int](), indices)
    """0-based experts that are left out."""
    hard = Chosen(False, flag)
    """Whether the winner takes all."""
    temperature = Chosen(AS_TRAINED, number(0, HIGHEST_TEMPERATURE))
    """Softmax temperature; AS_TRAINED is the model's."""

    def __init__(self, jobs: Jobs, display: DisplayState, notices: Notices) -> None:
        super().__init__()
        self._jobs, self._display, self._notices = jobs, display, notices
        self._shown = NOTHING_CHANGED
        self._chosen_alone = frozenset[int]()
        self._remixer: Remixer | None = None
        self._mixing = NewestWish(LatestJob(jobs, self), self._next_mix)
        self._preparing = LatestJob(jobs, self)
        self._mixing.published.connect(self._on_published)
        self._mixing.succeeded.connect(self._on_mixed)
        self._preparing.succeeded.connect(self._on_prepared)
        self._mixing.failed.connect(self._on_failed)
        self._preparing.failed.connect(self._on_failed)
        self.changed.connect(self._on_changed)
        display.depths_changed.connect(self._on_display_changed)
        display.cloud_ready.connect(self._on_cloud_ready)

    @property
    def remix(self) -> Remix:
        """What is asked for; the model's own fusion for a result with a single expert."""
        num_experts = self.num_experts
        muted = tuple(sorted(index for index in self.muted if index < num_experts))
        if num_experts < 2 or len(muted) == num_experts:
            return MODELS_OWN
        temperature = None if self.temperature == AS_TRAINED else self.temperature
        return Remix(muted, self.hard, temperature)

    @property
    def shown(self) -> WhatIf:
        """What is drawn; lags behind `remix` while a depth is being mixed."""
        return self._shown

    @property
    def num_experts(self) -> int:
        """Of the result on the screen; 0 without one."""
        prediction = self._display.prediction
        return prediction.num_experts if prediction is not None else 0

    @property
    def soloed(self) -> frozenset[int]:
        """Experts that were asked for alone, or the last one heard; else empty.

        Who mutes one expert has not asked for the others alone.
        """
        heard = frozenset(range(self.num_experts)) - self.muted
        is_alone = len(heard) < self.num_experts and (
            len(heard) == 1 or heard == self._chosen_alone
        )
        return heard if is_alone else frozenset()

    @property
    def shown_temperature(self) -> float:
        """The temperature in use: the chosen one, or the model's."""
        prediction = self._display.prediction
        own = prediction.gate_temperature if prediction is not None else 1.0
        return own if self.temperature == AS_TRAINED else self.temperature

    def can_mute(self, index: int) -> bool:
        """Whether anyone would still be heard."""
        return bool(frozenset(range(self.num_experts)) - self.muted - {index})

    def set_muted(self, muted: frozenset[int]) -> None:
        """Leave these experts out."""
        self._keep("muted", frozenset(muted))

    def mute(self, index: int, muted: bool) -> None:
        """Leave one expert out, or let it in again; the last one cannot be left out."""
        self._chosen_alone = frozenset()
        if not muted:
            self.set_muted(self.muted - {index})
        elif self.can_mute(index):
            self.set_muted(self.muted | {index})

    def solo(self, index: int, add: bool = False) -> None:
        """Hear one expert alone; with `add`, let it join or leave those that are heard alone.

        Soloing the only one that is heard lets all of them in again.
        """
        if not 0 <= index < self.num_experts:
            return
        heard = self.soloed ^ {index} if add else frozenset({index})
        if not heard or (not add and self.soloed == heard):
            heard = frozenset(range(self.num_experts))
        self._chosen_alone = heard
        self.set_muted(frozenset(range(self.num_experts)) - heard)

    def set_hard(self, hard: bool) -> None:
        """Take the winner's depth instead of the weighted sum."""
        self._keep("hard", hard)

    def set_temperature(self, temperature: float) -> None:
        """Sharpen or soften the gate; AS_TRAINED goes back to the model's temperature."""
        if temperature != AS_TRAINED:
            temperature = min(max(temperature, LOWEST_TEMPERATURE), HIGHEST_TEMPERATURE)
        self._keep("temperature", temperature)

    def expect(self) -> None:
        """A wish is about to come: make the cloud ready."""
        self._prepare()

    def reset(self) -> None:
        """Back to the model's own fusion."""
        with self.one_change("model's own fusion"):
            self.set_muted(frozenset())
            self.set_hard(False)
            self.set_temperature(AS_TRAINED)

    def stop(self) -> None:
        """Drop all work that is under way."""
        self._mixing.abandon()
        self._preparing.abandon()

    @Slot(str)
    def _on_changed(self, _name: str) -> None:
        self._display.expect_mix(not self.remix.is_models_own)
        self.wish_changed.emit()
        self._mixing.ask()

    def _next_mix(self) -> Work | None:
        prediction, remix, remixer = self._display.prediction, self.remix, self._remixer
        if prediction is None or self._is_shown(remix):
            return None
        if not remix.is_models_own:
            self._prepare()

        def work(_progress: Progress, publish: Publish) -> WhatIf:
            if remix.is_models_own:
                return WhatIf(remix)
            depth = remix_depth(prediction, remix)
            publish(WhatIf(remix, depth))
            return WhatIf(remix, depth, remixer.points(depth) if remixer is not None else None)

        return work

    def _is_shown(self, remix: Remix) -> bool:
        if remix != self._shown.remix:
            return False
        lacks_points = self._shown.points is None and self._shown.is_active
        return not (lacks_points and self._remixer is not None)

    def _prepare(self) -> None:
        """Make the cloud ready to be moved: when first wished for, since it takes memory."""
        prediction, jobs = self._display.prediction, self._jobs
        cloud = self._display.cloud("fused")
        if self._remixer is not None or self._preparing.is_running:
            return
        if prediction is not None and cloud is not None and prediction.num_experts > 1:
            places = cloud.places
            self._preparing.start(
                lambda progress, _publish: jobs[PREPARE_REMIX](prediction, places, progress)
            )

    @Slot(object)
    def _on_prepared(self, remixer: Remixer) -> None:
        self._remixer = remixer
        self._mixing.ask()

    @Slot(object)
    def _on_published(self, what_if: WhatIf) -> None:
        if what_if.remix != self._shown.remix:
            self._show(what_if)

    @Slot(object)
    def _on_mixed(self, what_if: WhatIf) -> None:
        self._show(what_if)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not mix the experts"), error_text(error))

    @Slot()
    def _on_display_changed(self) -> None:
        self.stop()
        self._remixer = None
        self._show(NOTHING_CHANGED)
        self._display.expect_mix(not self.remix.is_models_own)
        self.wish_changed.emit()
        self._mixing.ask()

    @Slot()
    def _on_cloud_ready(self) -> None:
        """A wish may have come before the points that it moves."""
        if not self.remix.is_models_own:
            self._prepare()

    def _show(self, what_if: WhatIf) -> None:
        self._shown = what_if
        self.shown_changed.emit()
