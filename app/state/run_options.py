"""Options of the next run: model, device, precision, how photos are fitted and refined."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.state.backend import RefineMode, ResizeMode, RunRequest
from app.state.settings import Settings
from moe3d.scene.records import ViewSet

DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
RESIZE_MODES: tuple[ResizeMode, ...] = ("auto", "crop", "pad")
REFINE_MODES: tuple[RefineMode, ...] = ("auto", "off", "cameras", "full")


class RunOptionsState(QObject):
    """What the next run will use; nothing here touches the result on the screen."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._model = settings.value("model", "mini")
        self._device = settings.value("device", "auto")
        self._precision = settings.value("precision", "auto")
        self._fitting = _remembered_fitting(settings)
        self._refine = settings.value("refine", "auto")
        self._compare = settings.value("compare", "yes") == "yes"

    @property
    def model(self) -> str:
        """Preset name, or path of a checkpoint."""
        return self._model

    @property
    def model_title(self) -> str:
        """Short name for buttons and labels."""
        return Path(self._model).name if self._model else ""

    @property
    def device(self) -> str:
        """One of DEVICES."""
        return self._device

    @property
    def precision(self) -> str:
        """One of PRECISIONS."""
        return self._precision

    @property
    def resize_mode(self) -> ResizeMode:
        """One of RESIZE_MODES."""
        known: dict[str, ResizeMode] = {mode: mode for mode in RESIZE_MODES}
        return known.get(self._fitting, "auto")

    @property
    def refine(self) -> RefineMode:
        """One of REFINE_MODES: what all photos together may improve."""
        known: dict[str, RefineMode] = {mode: mode for mode in REFINE_MODES}
        return known.get(self._refine, "auto")

    @property
    def compare(self) -> bool:
        """Whether plain VGGT runs too."""
        return self._compare

    def request(self, views: ViewSet) -> RunRequest:
        """A run of these photos with these options."""
        return RunRequest(
            views,
            self._model,
            self._device,
            self._precision,
            self._compare,
            self.resize_mode,
            self.refine,
        )

    def set_model(self, model: str) -> None:
        """Choose a preset, or a checkpoint file by its path."""
        self._set("model", model)

    def set_device(self, device: str) -> None:
        """Choose the device."""
        self._set("device", device)

    def set_precision(self, precision: str) -> None:
        """Choose the number format of the backbone."""
        self._set("precision", precision)

    def set_resize_mode(self, mode: str) -> None:
        """Choose between cutting, padding, and what suits the photos."""
        self._set("fitting", mode)

    def set_refine(self, mode: str) -> None:
        """Choose what all photos together may improve."""
        self._set("refine", mode)

    def set_compare(self, compare: bool) -> None:
        """Choose whether plain VGGT runs too."""
        if compare != self._compare:
            self._compare = compare
            self._settings.set_value("compare", "yes" if compare else "no")
            self.changed.emit()

    def _set(self, name: str, value: str) -> None:
        if value != getattr(self, f"_{name}"):
            setattr(self, f"_{name}", value)
            self._settings.set_value(name, value)
            self.changed.emit()


def _remembered_fitting(settings: Settings) -> str:
    """The choice that was kept; "crop" under the old name was its default, so it is none."""
    is_old_pad = settings.value("resize_mode", "") == "pad"
    return settings.value("fitting", "pad" if is_old_pad else "auto")
