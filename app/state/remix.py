"""The what-if mixture: experts muted or alone, hard or soft, another temperature.

Never part of an export or a metric: these use the prediction, which nothing here changes.
"""

from PySide6.QtCore import Signal, Slot

from app.state.backend import Backend
from app.state.chosen_values import flag, indices, number
from app.state.display import DisplayState
from app.state.job import JobRunner, LatestJob, Publish, error_text, was_cancelled
from app.state.notices import Notices
from app.state.remembered import Chosen, Remembered
from app.state.what_if import NOTHING_CHANGED, Remixer, WhatIf
from moe3d.progress import Progress
from moe3d.scene.mixture import MODELS_OWN, Remix, remix_depth

LOWEST_TEMPERATURE, HIGHEST_TEMPERATURE = 0.005, 20.0
AS_TRAINED = 0.0
"""Temperature that stands for the model's own."""


class RemixState(Remembered):
    """What the user asks of the gate, and the depth that comes of it.

    One job at a time: a newer wish waits for the running one and takes the place of older ones, so
    that a dragged slider shows as many pictures as the machine can make.
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

    def __init__(
        self, backend: Backend, runner: JobRunner, display: DisplayState, notices: Notices
    ) -> None:
        super().__init__()
        self._backend, self._display, self._notices = backend, display, notices
        self._shown = NOTHING_CHANGED
        self._remixer: Remixer | None = None
        self._is_prepared = False
        self._mixing, self._preparing = LatestJob(runner, self), LatestJob(runner, self)
        self._mixing.published.connect(self._on_published)
        self._mixing.succeeded.connect(self._on_mixed)
        self._preparing.succeeded.connect(self._on_prepared)
        for job in (self._mixing, self._preparing):
            job.failed.connect(self._on_failed)
        self.changed.connect(self._on_changed)
        display.changed.connect(self._on_display_changed)

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
        """Experts that are heard while others are muted; empty when all are heard."""
        heard = frozenset(range(self.num_experts)) - self.muted
        return heard if len(heard) < self.num_experts else frozenset()

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
            self.set_muted(frozenset())
        else:
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
        self._mix()

    def _mix(self) -> None:
        prediction, remix, remixer = self._display.prediction, self.remix, self._remixer
        if prediction is None or self._mixing.is_running or self._is_shown(remix):
            return
        if not remix.is_models_own:
            self._prepare()

        def work(_progress: Progress, publish: Publish) -> WhatIf:
            if remix.is_models_own:
                return WhatIf(remix)
            depth = remix_depth(prediction, remix)
            publish(WhatIf(remix, depth))
            return WhatIf(remix, depth, remixer.points(depth) if remixer is not None else None)

        self._mixing.start(work)

    def _is_shown(self, remix: Remix) -> bool:
        if remix != self._shown.remix:
            return False
        lacks_points = self._shown.points is None and self._shown.is_active
        return not (lacks_points and self._remixer is not None)

    def _prepare(self) -> None:
        """Make the cloud ready to be moved: when first wished for, since it takes memory."""
        prediction, backend = self._display.prediction, self._backend
        if self._is_prepared or self._preparing.is_running:
            return
        if prediction is not None and prediction.num_experts > 1:
            self._preparing.start(
                lambda progress, _publish: backend.prepare_remix(prediction, progress)
            )

    @Slot(object)
    def _on_prepared(self, remixer: Remixer | None) -> None:
        self._remixer, self._is_prepared = remixer, True
        self._mix()

    @Slot(object)
    def _on_published(self, what_if: WhatIf) -> None:
        if what_if.remix != self._shown.remix:
            self._show(what_if)

    @Slot(object)
    def _on_mixed(self, what_if: WhatIf) -> None:
        self._show(what_if)
        self._mix()

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        if not was_cancelled(error):
            self._notices.raise_error(self.tr("Could not mix the experts"), error_text(error))

    @Slot()
    def _on_display_changed(self) -> None:
        self.stop()
        self._remixer, self._is_prepared = None, False
        self._show(NOTHING_CHANGED)
        self._display.expect_mix(not self.remix.is_models_own)
        self.wish_changed.emit()
        self._mix()

    def _show(self, what_if: WhatIf) -> None:
        self._shown = what_if
        self.shown_changed.emit()
