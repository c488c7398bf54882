"""All states of one window, joined: the rules that concern more than one of them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from moe3d_viewer.state.cursor import CursorState
from moe3d_viewer.state.exports.export import ExportState
from moe3d_viewer.state.exports.figure import FigureState
from moe3d_viewer.state.history import History
from moe3d_viewer.state.incoming import incoming
from moe3d_viewer.state.job import Jobs
from moe3d_viewer.state.layers.depth_range import DepthRangeState
from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.map_options import MapOptionsState
from moe3d_viewer.state.layers.map_view import MapViewState
from moe3d_viewer.state.layers.maps_on_screen import MapsOnScreen
from moe3d_viewer.state.layers.profile import ProfileState
from moe3d_viewer.state.layers.remix import RemixState
from moe3d_viewer.state.layers.view_options import Layout, ViewOptionsState
from moe3d_viewer.state.meshes.mesh_making import MeshMakingState
from moe3d_viewer.state.meshes.mesh_packs import MeshPacks
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.objects.alignment import AlignmentState
from moe3d_viewer.state.objects.distances import DistancesState
from moe3d_viewer.state.objects.object_files import ObjectFilesState, only_objects
from moe3d_viewer.state.objects.reference import ReferenceState
from moe3d_viewer.state.objects.scene_objects import SceneObjects
from moe3d_viewer.state.points.hidden_pixel import HiddenPixelState
from moe3d_viewer.state.points.point_normals import PointNormalsState
from moe3d_viewer.state.recents import RecentsState
from moe3d_viewer.state.remembered import RememberedRegistry
from moe3d_viewer.state.run.models import ModelsState
from moe3d_viewer.state.run.photo_selection import PhotoSelectionState
from moe3d_viewer.state.run.reconstruction import ReconstructionState
from moe3d_viewer.state.run.result_photos import ResultPhotosState
from moe3d_viewer.state.run.run_options import RunOptionsState
from moe3d_viewer.state.run.run_plan import RunPlanState
from moe3d_viewer.state.run.run_progress import RunProgressState
from moe3d_viewer.state.run.server import ServerState
from moe3d_viewer.state.run.video_frames import VideoFramesState
from moe3d_viewer.state.scene.autosave import AutosaveState
from moe3d_viewer.state.scene.comparison import ComparisonState
from moe3d_viewer.state.scene.comparison_report import ComparisonReportState
from moe3d_viewer.state.scene.earlier import EarlierState
from moe3d_viewer.state.scene.leaving import LeavingState
from moe3d_viewer.state.scene.saved_results import SUFFIX, SavedResultsState
from moe3d_viewer.state.scene.scene_file import SceneFileState
from moe3d_viewer.state.scene.scene_saving import (
    SESSION_SUFFIX,
    EarlierResults,
    Leftover,
    Recovery,
)
from moe3d_viewer.state.scene.session import SessionState
from moe3d_viewer.state.scene.truth import TruthState
from moe3d_viewer.state.settings import Settings
from moe3d_viewer.state.viewport.metric_scale import MetricScaleState
from moe3d_viewer.state.viewport.scene_controls import SceneControls
from moe3d_viewer.state.work import WorkState


class AppState(QObject):
    """Owns every state; the window takes from it what it shows."""

    def __init__(
        self,
        jobs: Jobs,
        settings: Settings,
        sample_path: Path | None = None,
        recovery: Recovery | None = None,
        earlier: EarlierResults | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.sample_path = sample_path
        self.notices = Notices(self)
        self.cursor = CursorState(self)
        self.view = ViewOptionsState(self)
        self.work = WorkState(settings, self.view)
        self.comparison = ComparisonState(self)
        self.run_options = RunOptionsState(settings, self)
        self.session = SessionState(jobs, self.notices, self)
        self.selection = PhotoSelectionState(self.session)
        self.plan = RunPlanState(jobs, self.selection, self.run_options)
        self.reconstruction = ReconstructionState(
            jobs, self.session, self.selection, self.run_options, self.notices
        )
        self.result_photos = ResultPhotosState(self.session, self.selection, self.reconstruction)
        self.scale = MetricScaleState(self)
        self.display = DisplayState(jobs, self.reconstruction, self.scale, self.view, self.notices)
        self.run_progress = RunProgressState(
            self.reconstruction, self.display, settings, self.notices
        )
        self.normals = PointNormalsState(jobs, self.display, self.view, self.notices, self)
        self.depth_range = DepthRangeState(self.display, self.view, self.scale)
        self.depth_range.refused.connect(self.notices.raise_toast)
        self.maps = MapOptionsState(self)
        self.remix = RemixState(jobs, self.display, self.notices)
        self.profile = ProfileState(jobs, self.display, self.notices)
        self.scene = SceneControls(jobs, self.display, self.view, self.scale, self.comparison)
        self.objects = SceneObjects(self)
        self.meshes = MeshMakingState(
            jobs, self.display, self.scene.filter_list, self.scale, self.objects, self.notices
        )
        self.mesh_packs = MeshPacks(jobs, self.objects, self.notices)
        self.object_files = ObjectFilesState(jobs, self.objects, self.notices)
        filters = self.scene.filter_list
        reference = ReferenceState(self.objects, self.display, filters, self.scale)
        self.alignment = AlignmentState(
            jobs, self.objects, reference, self.scene.tools, self.scale, self.notices
        )
        self.distances = DistancesState(jobs, self.objects, reference, self.notices)
        self.display.result_changed.connect(self.distances.look_again)
        self.export = ExportState(
            jobs,
            self.display,
            self.session,
            self.scene,
            settings,
            self.notices,
            self.meshes,
        )
        self.models = ModelsState(jobs, self.run_options, self.notices)
        self.server = ServerState(jobs, self.run_options)
        self.truth = TruthState(jobs, self.display, self.session, self.notices, self)
        self.map_view = MapViewState(jobs, self._maps_on_screen(), self.notices)
        self.figure = FigureState(jobs, self.map_view.on_screen, self.profile, self.notices)
        self.comparison_report = ComparisonReportState(
            jobs, self.display, self.truth, self.view, self.cursor, self
        )
        self.saved = SavedResultsState(
            jobs, self.session, self.reconstruction, self.scale, self.notices
        )
        self.hidden_pixel = HiddenPixelState(
            jobs, self.display, self.scene.filter_list, self.cursor, self.notices
        )
        self.remembered = self._remember()
        self.history = History(self.remembered, parent=self)
        self.scene_file = SceneFileState(
            jobs, self.session, self.reconstruction, self.remembered, self.notices
        )
        self.earlier = self._earlier(earlier, jobs)
        self.autosave = self._autosave(recovery, jobs)
        self.recents = RecentsState(jobs, settings, self.session, self.scene_file)
        self.leaving = LeavingState(
            self.session,
            self.scene_file,
            self.saved,
            self.reconstruction,
            self.earlier,
            settings,
            self.notices,
        )
        if self.earlier is not None:
            self.earlier.wanted.connect(self.leaving.bring_back)
        self.video_frames = VideoFramesState(settings, self.session, self.leaving.open)
        self.saved.opened.connect(self.scene_file.mark_kept)
        self.saved.saved.connect(self.scene_file.mark_kept)
        self.session.views_changed.connect(self._on_views_changed)
        self.reconstruction.prediction_changed.connect(self.scene.reset_for_result)
        self.reconstruction.prediction_changed.connect(self._on_prediction_changed)
        self.history.changed.connect(self._on_history_changed)
        self._in_history: object = None
        self._has_scene = False
        self._for_next_scene: tuple[Path, ...] = ()
        self._keep_states()
        jobs.closing.add_timers(self)
        self.display.leaving.connect(self._on_display_leaving)
        self.display.result_changed.connect(self._on_display_changed)
        self.display.shown.connect(self.reconstruction.take_shown)
        self.reconstruction.phase_changed.connect(self._on_phase_changed)

    def _maps_on_screen(self) -> MapsOnScreen:
        return MapsOnScreen(
            self.display,
            self.view,
            self.maps,
            self.truth,
            self.remix,
            self.comparison,
            self.depth_range,
            self.work,
        )

    def _keep_states(self) -> None:
        """Every state belongs to this one, and so do its timers."""
        for state in vars(self).values():
            if isinstance(state, QObject) and state.parent() is None:
                state.setParent(self)

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
        registry.add("objects", self.objects)
        registry.add("meshes", self.meshes.choices)
        return registry

    def _autosave(self, recovery: Recovery | None, jobs: Jobs) -> AutosaveState | None:
        if recovery is None:
            return None
        return AutosaveState(
            recovery,
            jobs,
            self.scene_file,
            self.display,
            self.remembered,
            self.notices,
            self.earlier,
        )

    def _earlier(self, store: EarlierResults | None, jobs: Jobs) -> EarlierState | None:
        if store is None:
            return None
        return EarlierState(
            store, jobs, self.session, self.reconstruction, self.scene_file, self.notices
        )

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped or chosen, if what is on the screen may go.

        A folder, photos, a session, or a saved prediction; clouds and meshes, arrays of points
        too, join what is open, or what comes with them.
        """
        files = only_objects(paths)
        if len(files) == len(paths):
            self._for_next_scene = files
            self._open_waiting_objects()
            return
        chosen = tuple(path for path in paths if path not in files)
        refusal = incoming(chosen).refusal
        if refusal:
            self.notices.raise_error(self.tr("This cannot be opened"), refusal)
            return
        if not files and len(chosen) == 1 and chosen[0].suffix.lower() == SUFFIX:
            self.saved.look(chosen[0], partial(self._open_arrays, chosen[0]))
            return
        self._open_scene(chosen, files)

    def _open_arrays(self, path: Path, is_prediction: bool) -> None:
        if is_prediction:
            self._open_scene((path,), ())
        else:
            self._for_next_scene = (path,)
            self._open_waiting_objects()

    def _open_scene(self, chosen: Sequence[Path], files: tuple[Path, ...]) -> None:
        name = chosen[0].stem if len(chosen) == 1 else chosen[0].parent.name
        self.leaving.open(lambda: self._open_now(chosen, files), name)

    def find_photos(self, folder: Path) -> None:
        """Look for a session's photos below a folder: that reads the session again."""
        self.leaving.open(lambda: self.scene_file.find_photos(folder), self.session.title)

    def recover(self, leftover: Leftover) -> None:
        """Open a scene that a crash left, if what is on the screen may go."""
        autosave = self.autosave
        if autosave is not None:
            self.leaving.open(lambda: autosave.recover(leftover), leftover.title)

    def _open_now(self, paths: Sequence[Path], objects: tuple[Path, ...]) -> None:
        self._for_next_scene = objects
        if len(paths) == 1 and paths[0].suffix.lower() == SESSION_SUFFIX:
            self.scene_file.open(paths[0])
        elif len(paths) == 1 and paths[0].suffix.lower() == SUFFIX:
            self.saved.open(paths[0])
        else:
            self.session.open_paths(paths)

    def add_photos(self, paths: Sequence[Path]) -> None:
        """Read the scene again with these photos after its own."""
        self.open_paths([*self.session.paths, *paths])

    def refuse_links(self, addresses: Sequence[str]) -> None:
        """Say what to do with links to pages and files elsewhere."""
        found = incoming((), addresses)
        self.notices.raise_error(found.promise, found.refusal)

    def open_recent(self, path: Path) -> None:
        """Open a scene of the list again."""
        self.open_paths(self.recents.opened_by(path))

    @property
    def shows_objects_alone(self) -> bool:
        """Whether clouds or meshes are open and no photos are."""
        return self.session.views is None and bool(self.objects.objects)

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
    def _on_phase_changed(self, _phase: object) -> None:
        self.plan.make_way(self.reconstruction.is_running)

    @Slot()
    def _on_views_changed(self) -> None:
        self.view.reset_for_scene()
        self.remix.reset()
        self.profile.clear()
        self.truth.clear()
        self.scene.reset_for_scene()
        self._leave_objects()
        self.cursor.move_to(None)
        self.history.clear()

    def _leave_objects(self) -> None:
        """Objects stay with their scene; those that were opened before the first one join it."""
        if self._has_scene:
            self.object_files.forget()
            self.objects.clear()
        self._has_scene = True
        self._open_waiting_objects()

    def _open_waiting_objects(self) -> None:
        files, self._for_next_scene = self._for_next_scene, ()
        if files:
            self.object_files.open(files)

    @Slot()
    def _on_prediction_changed(self) -> None:
        self.objects.remove_made()
        self.objects.forget_distances()

    @Slot()
    def _on_history_changed(self) -> None:
        if not (self.history.can_undo or self.history.can_redo):
            self.objects.forget_removed()

    @Slot()
    def _on_display_leaving(self) -> None:
        self.cursor.move_to(None)

    @Slot()
    def _on_display_changed(self) -> None:
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
