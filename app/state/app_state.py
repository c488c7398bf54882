"""All states of one window, joined: the rules that concern more than one of them."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.state.autosave import AutosaveState
from app.state.backend import Backend
from app.state.comparison import ComparisonState
from app.state.comparison_report import ComparisonReportState
from app.state.cursor import CursorState
from app.state.depth_range import DepthRangeState
from app.state.display import DisplayState
from app.state.export import ExportState
from app.state.hidden_pixel import HiddenPixelState
from app.state.history import History
from app.state.job import JobRunner
from app.state.map_options import MapOptionsState
from app.state.metric_scale import MetricScaleState
from app.state.models import ModelsState
from app.state.notices import Notices
from app.state.photo_selection import PhotoSelectionState
from app.state.point_normals import PointNormalsState
from app.state.profile import ProfileState
from app.state.reconstruction import Phase, ReconstructionState
from app.state.remembered import RememberedRegistry
from app.state.remix import RemixState
from app.state.run_options import RunOptionsState
from app.state.run_plan import RunPlanState
from app.state.saved_results import SUFFIX, SavedResultsState
from app.state.scene_controls import SceneControls
from app.state.scene_file import SceneFileState
from app.state.scene_saving import SESSION_SUFFIX, Recovery
from app.state.session import SessionState
from app.state.settings import Settings
from app.state.truth import TruthState
from app.state.video_frames import VideoFramesState
from app.state.view_options import Layout, ViewOptionsState


class AppState(QObject):
    """Owns every state; the window takes from it what it shows."""

    def __init__(
        self,
        backend: Backend,
        runner: JobRunner,
        settings: Settings,
        sample_path: Path | None = None,
        recovery: Recovery | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.sample_path = sample_path
        self.notices = Notices(self)
        self.cursor = CursorState(self)
        self.view = ViewOptionsState(self)
        self.comparison = ComparisonState(self)
        self.run_options = RunOptionsState(settings, self)
        self.session = SessionState(backend, runner, self.notices, self)
        self.selection = PhotoSelectionState(self.session)
        self.plan = RunPlanState(backend, runner, self.selection, self.run_options)
        self.reconstruction = ReconstructionState(
            backend, runner, self.session, self.selection, self.run_options, self.notices
        )
        self.scale = MetricScaleState(self)
        self.display = DisplayState(
            backend, runner, self.reconstruction, self.scale, self.view, self.notices
        )
        self.normals = PointNormalsState(
            backend, runner, self.display, self.view, self.notices, self
        )
        self.depth_range = DepthRangeState(self.display, self.view, self.scale)
        self.depth_range.refused.connect(self.notices.raise_toast)
        self.maps = MapOptionsState(self)
        self.remix = RemixState(backend, runner, self.display, self.notices)
        self.profile = ProfileState(backend, runner, self.display, self.notices)
        self.scene = SceneControls(
            backend, runner, self.display, self.view, self.scale, self.comparison
        )
        self.export = ExportState(
            backend,
            runner,
            self.display,
            self.session,
            self.scene,
            settings,
            self.notices,
        )
        self.models = ModelsState(backend, runner, self.run_options, self.notices)
        self.truth = TruthState(backend, runner, self.display, self.notices, self)
        self.comparison_report = ComparisonReportState(
            backend, runner, self.display, self.truth, self.view, self.cursor, self
        )
        self.saved = SavedResultsState(
            backend, runner, self.session, self.reconstruction, self.scale, self.notices
        )
        self.hidden_pixel = HiddenPixelState(
            backend, runner, self.display, self.scene.filter_list, self.cursor, self.notices
        )
        self.remembered = self._remember()
        self.history = History(self.remembered, parent=self)
        self.scene_file = SceneFileState(
            backend, runner, self.session, self.reconstruction, self.remembered, self.notices
        )
        self.video_frames = VideoFramesState(
            settings, self.session, self.scene_file, self.reconstruction
        )
        self.autosave = self._autosave(recovery, runner)
        self.scene_file.opened.connect(settings.add_recent)
        self.saved.opened.connect(self.scene_file.mark_kept)
        self.saved.saved.connect(self.scene_file.mark_kept)
        self.session.views_changed.connect(self._on_views_changed)
        self.reconstruction.prediction_changed.connect(self.scene.reset_for_result)
        self._in_history: object = None
        self.display.leaving.connect(self._on_display_leaving)
        self.display.changed.connect(self._on_display_changed)
        self.reconstruction.phase_changed.connect(self._on_phase_changed)

    def _remember(self) -> RememberedRegistry:
        """Whatever the user chose; a state of another feature adds its line here."""
        registry = RememberedRegistry(self)
        registry.add("view", self.view)
        registry.add("export", self.export.choices)
        registry.add("photos", self.selection)
        registry.add("maps", self.maps)
        registry.add("remix", self.remix)
        registry.add("profile", self.profile)
        self.scene.remember(registry)
        registry.add("comparison", self.comparison)
        registry.add("truth", self.truth.choice)
        return registry

    def _autosave(self, recovery: Recovery | None, runner: JobRunner) -> AutosaveState | None:
        if recovery is None:
            return None
        return AutosaveState(
            recovery, runner, self.scene_file, self.display, self.remembered, self.notices
        )

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped or chosen: a folder, photos, a session, or a saved prediction."""
        if len(paths) == 1 and paths[0].suffix.lower() == SESSION_SUFFIX:
            self.scene_file.open(paths[0])
        elif len(paths) == 1 and paths[0].suffix.lower() == SUFFIX:
            self.saved.open(paths[0])
        elif paths:
            self.session.open_paths(paths)

    def open_sample(self) -> None:
        """Open the photos that come with the program."""
        if self.sample_path is not None:
            self.open_paths([self.sample_path])

    @property
    def shown_names(self) -> tuple[str, ...]:
        """Photos that can be looked at: those of the result, else all."""
        if self.display.prediction is not None:
            return self.display.prediction.names
        return tuple(view.name for view in self.selection.views)

    def step_view(self, step: int) -> None:
        """Go to another photo; stops at both ends."""
        last = len(self.shown_names) - 1
        if last >= 0:
            self.view.select_view(min(max(self.view.selected_view + step, 0), last))

    @Slot()
    def flip(self) -> None:
        """Show both networks in turn in one view; there, show the other one."""
        if self.display.layout is Layout.FLIP:
            self.comparison.set_flipped(not self.comparison.flipped)
        elif self.display.has_baseline:
            self.comparison.set_flipped(False)
            self.view.set_layout(Layout.FLIP)

    @Slot(object)
    def _on_phase_changed(self, phase: object) -> None:
        if phase is not Phase.READY:  # then the result is drawn first
            self.plan.make_way(self.reconstruction.is_running)

    def stop(self) -> None:
        """Drop all work that is under way; nothing more is heard of it."""
        if self.autosave is not None:
            self.autosave.stop()
        self.scene_file.stop()
        self.plan.stop()
        self.hidden_pixel.stop()
        self.session.stop()
        self.reconstruction.stop()
        self.display.stop()
        self.remix.stop()
        self.normals.stop()
        self.scene.picture.cancel()
        self.scene.turntable.cancel()
        self.scene.filter_list.stop()
        self.truth.stop()
        self.comparison_report.stop()

    @Slot()
    def _on_views_changed(self) -> None:
        self.view.reset_for_scene()
        self.remix.reset()
        self.profile.clear()
        self.truth.clear()
        self.scene.reset_for_scene()
        self.cursor.move_to(None)
        self.history.clear()
        if self.scene_file.path is not None:
            return  # the session itself is among the recents
        for path in self.session.paths[:1]:
            kept = path if len(self.session.paths) == 1 else path.parent
            self.settings.add_recent(kept)

    @Slot()
    def _on_display_leaving(self) -> None:
        self.cursor.move_to(None)

    @Slot()
    def _on_display_changed(self) -> None:
        self.plan.make_way(self.reconstruction.is_running)
        if self.reconstruction.prediction is not self._in_history:  # not the same in other units
            self._in_history = self.reconstruction.prediction
            self._take_usual_filters()
            self.history.clear()

    def _take_usual_filters(self) -> None:
        """Filters that a new result switches on by itself: no change that is to be saved."""
        was_kept = not self.scene_file.is_modified
        self.scene.filters.take_usual_support(self.display.usual_min_support)
        if was_kept:
            self.scene_file.mark_kept()
