"""Settings that outlive the window, and the list of recent scenes."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QFile, QObject, QSettings, QStandardPaths, Signal

MAX_RECENTS = 8


class Settings(QObject):
    """Typed access to an injected QSettings; every write is kept at once."""

    recents_changed = Signal()
    theme_changed = Signal(str)

    def __init__(self, store: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store

    @property
    def recents(self) -> tuple[Path, ...]:
        """Folders and saved predictions, newest first."""
        value = self._store.value("recents", [])
        texts = [value] if isinstance(value, str) else list(value or [])  # type: ignore[arg-type]
        return tuple(Path(text) for text in texts if text)

    def add_recent(self, path: Path) -> None:
        """Put a scene at the top of the list."""
        others = [recent for recent in self.recents if recent != path]
        self._write_recents([path, *others][:MAX_RECENTS])

    def forget_recent(self, path: Path) -> None:
        """Take a scene off the list, because it is gone."""
        self._write_recents([recent for recent in self.recents if recent != path])

    def clear_recents(self) -> None:
        """Empty the list."""
        self._write_recents([])

    def _write_recents(self, paths: Sequence[Path]) -> None:
        if tuple(paths) != self.recents:
            self._store.setValue("recents", [str(path) for path in paths])
            self.recents_changed.emit()

    @property
    def pictures_folder(self) -> Path:
        """Where small pictures of recent scenes lie: beside settings that have a place of their
        own."""
        if self._store.format() == QSettings.Format.IniFormat:
            return Path(self._store.fileName()).parent / "recents"
        place = QStandardPaths.StandardLocation.AppLocalDataLocation
        return Path(QStandardPaths.writableLocation(place)) / "recents"

    @property
    def theme(self) -> str:
        """ "system", "light" or "dark"."""
        return str(self._store.value("theme", "system"))

    def set_theme(self, theme: str) -> None:
        """Choose light or dark, or follow the system."""
        if theme != self.theme:
            self._store.setValue("theme", theme)
            self.theme_changed.emit(theme)

    @property
    def last_folder(self) -> str:
        """Where the file dialogs start; empty at first."""
        return str(self._store.value("last_folder", ""))

    def set_last_folder(self, path: Path) -> None:
        """Remember where the user keeps things."""
        self._store.setValue("last_folder", str(path))

    @property
    def geometry(self) -> QByteArray:
        """Size and place of the window; empty at first."""
        return self._bytes("geometry")

    @property
    def layout(self) -> QByteArray:
        """Places of the docks; empty at first."""
        return self._bytes("layout")

    def set_window(self, geometry: QByteArray, layout: QByteArray) -> None:
        """Remember size, place and docks."""
        self._store.setValue("geometry", geometry)
        self._store.setValue("layout", layout)

    def value(self, key: str, default: str) -> str:
        """A plain text setting."""
        return str(self._store.value(key, default))

    def set_value(self, key: str, value: str) -> None:
        """Keep a plain text setting."""
        self._store.setValue(key, value)

    def set_secret(self, key: str, value: str) -> None:
        """Keep a text in a file that other users of this machine cannot read; empty forgets it."""
        if value:
            self._store.setValue(key, value)
        else:
            self._store.remove(key)
        self._store.sync()
        if Path(self._store.fileName()).is_file():  # the registry of Windows is the user's own
            owner = QFile.Permission.ReadOwner | QFile.Permission.WriteOwner
            QFile.setPermissions(self._store.fileName(), owner)

    def _bytes(self, key: str) -> QByteArray:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()
