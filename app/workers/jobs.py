"""Which function does which kind of job that the window asks for: a new one is one line here.

Every function runs in a worker's thread, and imports what is heavy itself, so that the window comes
at once.
"""

from moe3d_viewer.state.exports.export import EXPORT, FORECAST_EXPORT
from moe3d_viewer.state.exports.figure import PREVIEW_FIGURE, WRITE_FIGURE
from moe3d_viewer.state.job import Functions
from moe3d_viewer.state.layers.display import PREPARE_DISPLAY
from moe3d_viewer.state.layers.layer_clouds import BUILD_CLOUD
from moe3d_viewer.state.layers.map_view import WRITE_MAP
from moe3d_viewer.state.layers.profile import WRITE_FILE
from moe3d_viewer.state.layers.remix import PREPARE_REMIX
from moe3d_viewer.state.meshes.mesh_making import MAKE_MESH
from moe3d_viewer.state.meshes.mesh_packs import PACK_MESH
from moe3d_viewer.state.objects.alignment import ALIGN_CLOSER
from moe3d_viewer.state.objects.distances import MEASURE_DISTANCES
from moe3d_viewer.state.objects.object_files import READ_OBJECT, WRITE_OBJECT
from moe3d_viewer.state.points.filter_list import COUNT_POINTS
from moe3d_viewer.state.points.hidden_pixel import WHY_HIDDEN
from moe3d_viewer.state.points.point_normals import POINT_NORMALS
from moe3d_viewer.state.recents import KEEP_PICTURE, LOOK_AT_RECENTS
from moe3d_viewer.state.run.models import DOWNLOAD_MODEL, KNOWN_MODELS
from moe3d_viewer.state.run.reconstruction import RECONSTRUCT
from moe3d_viewer.state.run.run_plan import PLAN_RUN
from moe3d_viewer.state.run.server import ASK_SERVER
from moe3d_viewer.state.scene.comparison_report import COMPARE
from moe3d_viewer.state.scene.saved_results import (
    IS_PREDICTION,
    READ_PREDICTION,
    WRITE_PREDICTION,
)
from moe3d_viewer.state.scene.scene_file import OPEN_SCENE, SAVE_SCENE
from moe3d_viewer.state.scene.session import MAKE_THUMBNAILS, READ_SCENE
from moe3d_viewer.state.scene.truth import READ_TRUTH
from moe3d_viewer.workers.compare_objects import fit_object, measure_object
from moe3d_viewer.workers.compare_scene import compare, read_truth
from moe3d_viewer.workers.count_points import count_points, why_hidden
from moe3d_viewer.workers.export_files import export_files, forecast_export
from moe3d_viewer.workers.figures import preview_figure, write_figure_file
from moe3d_viewer.workers.map_files import write_map_file
from moe3d_viewer.workers.meshes import make_shown_mesh, pack_mesh
from moe3d_viewer.workers.models import (
    KeptModel,
    ask_server,
    download_model,
    known_models,
    plan_run,
)
from moe3d_viewer.workers.object_files import read_object_file, write_object_file
from moe3d_viewer.workers.photos import make_thumbnails, read_scene
from moe3d_viewer.workers.prepare_display import (
    build_cloud_when_drawn,
    point_normals,
    prepare_display,
    prepare_remix,
)
from moe3d_viewer.workers.recents import keep_picture, look_at_recents
from moe3d_viewer.workers.scene_files import (
    is_prediction,
    open_scene,
    read_prediction,
    save_scene,
    write_file,
    write_prediction,
)


def window_functions() -> Functions:
    """All of them; the model that the first run loads is kept for the next one."""
    return dict(
        (
            READ_SCENE.done_by(read_scene),
            MAKE_THUMBNAILS.done_by(make_thumbnails),
            PLAN_RUN.done_by(plan_run),
            ASK_SERVER.done_by(ask_server),
            RECONSTRUCT.done_by(KeptModel().reconstruct),
            PREPARE_DISPLAY.done_by(prepare_display),
            BUILD_CLOUD.done_by(build_cloud_when_drawn),
            POINT_NORMALS.done_by(point_normals),
            PREPARE_REMIX.done_by(prepare_remix),
            COUNT_POINTS.done_by(count_points),
            WHY_HIDDEN.done_by(why_hidden),
            FORECAST_EXPORT.done_by(forecast_export),
            EXPORT.done_by(export_files),
            MAKE_MESH.done_by(make_shown_mesh),
            PACK_MESH.done_by(pack_mesh),
            IS_PREDICTION.done_by(is_prediction),
            READ_PREDICTION.done_by(read_prediction),
            WRITE_PREDICTION.done_by(write_prediction),
            WRITE_FILE.done_by(write_file),
            WRITE_MAP.done_by(write_map_file),
            PREVIEW_FIGURE.done_by(preview_figure),
            WRITE_FIGURE.done_by(write_figure_file),
            OPEN_SCENE.done_by(open_scene),
            SAVE_SCENE.done_by(save_scene),
            LOOK_AT_RECENTS.done_by(look_at_recents),
            KEEP_PICTURE.done_by(keep_picture),
            READ_OBJECT.done_by(read_object_file),
            WRITE_OBJECT.done_by(write_object_file),
            ALIGN_CLOSER.done_by(fit_object),
            MEASURE_DISTANCES.done_by(measure_object),
            READ_TRUTH.done_by(read_truth),
            COMPARE.done_by(compare),
            KNOWN_MODELS.done_by(known_models),
            DOWNLOAD_MODEL.done_by(download_model),
        )
    )
