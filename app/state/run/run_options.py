"""Options of the next run: model, device, precision, how photos are fitted and refined."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

from moe3d import ViewSet
from moe3d_viewer.state.settings import Settings

RefineMode = Literal["auto", "off", "cameras", "full"]
ResizeMode = Literal["auto", "crop", "pad"]
DEVICES = ("auto", "cuda", "mps", "cpu")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
RESIZE_MODES: tuple[ResizeMode, ...] = ("auto", "crop", "pad")
REFINE_MODES: tuple[RefineMode, ...] = ("auto", "off", "cameras", "full")


@dataclass(frozen=True)
class RunRequest:
    """One reconstruction, as asked for."""

    views: ViewSet
    model: str = "mini"
    """Preset name, or path of a checkpoint."""
    device: str = "auto"
    precision: str = "auto"
    compare: bool = True
    """Also run plain VGGT."""
    resize_mode: ResizeMode = "auto"
    refine: RefineMode = "auto"
    """What all photos together may improve; as `--refine` of the command line."""
    server: str = ""
    """Address of the machine that computes; empty for this one."""
    token: str = field(default="", repr=False, compare=False)
    """What that machine wants to hear; in no message."""


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
        self._server = settings.value("server", "")
        self._token = settings.value("server_token", "") if self._server else ""

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

    @property
    def server(self) -> str:
        """Address of the machine that computes; empty for this one."""
        return self._server

    @property
    def server_title(self) -> str:
        """The same, short, for buttons and labels."""
        return self._server.partition("://")[2]

    @property
    def token(self) -> str:
        """What that machine wants to hear."""
        return self._token

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
            self._server,
            self._token,
        )

    def set_model(self, model: str) -> None:
        """Choose a preset, or a checkpoint file by its path."""
        self._set("model", model)

    def set_device(self, device: str) -> None:
        """Choose the device."""
        self._set("device", device)

    def set_server(self, server: str, token: str) -> None:
        """Choose the machine that computes; an empty address is this one."""
        token = token if server else ""
        if (server, token) != (self._server, self._token):
            self._server, self._token = server, token
            self._settings.set_value("server", server)
            self._settings.set_secret("server_token", token)
            self.changed.emit()

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
