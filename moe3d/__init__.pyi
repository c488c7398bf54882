"""The public names of moe3d and their homes: the one list of them.

`moe3d/__init__.py` imports each from here when it is first used; type checkers read it too.
"""

# Errors and progress
from .errors import (
    CheckpointError as CheckpointError,
    DatasetError as DatasetError,
    DeviceError as DeviceError,
    DeviceMemoryError as DeviceMemoryError,
    EmptyExportError as EmptyExportError,
    EvaluationError as EvaluationError,
    FileFormatError as FileFormatError,
    ImageReadError as ImageReadError,
    JobCancelledError as JobCancelledError,
    MoE3DError as MoE3DError,
    OutputError as OutputError,
    PredictionFileError as PredictionFileError,
    RecordError as RecordError,
    ServerError as ServerError,
    SessionFileError as SessionFileError,
    ShapeError as ShapeError,
    UsageError as UsageError,
)
from .progress import (
    Progress as Progress,
    ProgressReport as ProgressReport,
)

# Photos
from .io.photos.images import (
    read_pixels as read_pixels,
    read_views as read_views,
    thumbnail as thumbnail,
)
from .io.photos.photo_checks import (
    PhotoCheck as PhotoCheck,
    check_photo as check_photo,
    check_warnings as check_warnings,
)
from .io.photos.samples import (
    SampleScene as SampleScene,
    sample_scenes as sample_scenes,
)
from .io.photos.zipped import (
    is_zip as is_zip,
    unpack_photos as unpack_photos,
)
from .io.videos.video import (
    VideoSampling as VideoSampling,
)

# The network
from .inference.estimate import (
    EstimateOptions as EstimateOptions,
    MemoryEstimate as MemoryEstimate,
    estimate_run as estimate_run,
)
from .inference.engine import (
    Engine as Engine,
    KeptEngine as KeptEngine,
    LocalEngine as LocalEngine,
)
from .inference.options import (
    ReconstructionOptions as ReconstructionOptions,
)
from .remote.engine import (
    RemoteEngine as RemoteEngine,
)
from .inference.reconstructor import (
    Reconstructor as Reconstructor,
    load_reconstructor as load_reconstructor,
)
from .model.catalogue import (
    KnownModel as KnownModel,
)
from .model.download import (
    download_model as download_model,
)
from .model.hub import (
    HuggingFaceHub as HuggingFaceHub,
)
from .model.known_models import (
    ModelPlaces as ModelPlaces,
    find_checkpoint as find_checkpoint,
    known_models as known_models,
)
from .multiview.refine import (
    RefineSettings as RefineSettings,
    refine_prediction as refine_prediction,
)

# Records
from .scene.multiview import (
    Agreement as Agreement,
    Tracks as Tracks,
)
from .scene.pixel_transform import (
    PixelTransform as PixelTransform,
)
from .scene.records import (
    BaselinePrediction as BaselinePrediction,
    Mesh as Mesh,
    PointCloud as PointCloud,
    PredictionMetadata as PredictionMetadata,
    RefusedFile as RefusedFile,
    ScenePrediction as ScenePrediction,
    View as View,
    ViewSet as ViewSet,
)
from .scene.truth import (
    AlignedTruth as AlignedTruth,
)

# Layers and mixture
from .scene.expert_use import (
    ExpertUse as ExpertUse,
    measure_expert_use as measure_expert_use,
)
from .scene.gate import (
    gate_entropy as gate_entropy,
    gate_weights as gate_weights,
    top_margin as top_margin,
)
from .scene.layers import (
    DepthLayer as DepthLayer,
    default_layer as default_layer,
    depth_layer as depth_layer,
    layer_names as layer_names,
    named_layer as named_layer,
)
from .scene.mixture import (
    Remix as Remix,
    expert_spread as expert_spread,
    expert_usage as expert_usage,
    remix_depth as remix_depth,
    remix_weights as remix_weights,
)
from .scene.profile import (
    Profile as Profile,
    ProfileLine as ProfileLine,
    sample_profile as sample_profile,
)

# Maps
from .scene.maps.color_tables import (
    FLYING_COLOR as FLYING_COLOR,
    MANY_PHOTOS as MANY_PHOTOS,
    color_table as color_table,
    expert_colors as expert_colors,
)
from .scene.maps.colorize import (
    color_bar_pixels as color_bar_pixels,
    colorize as colorize,
    depth_range as depth_range,
)
from .scene.maps.keys import (
    map_keys as map_keys,
)
from .scene.maps.pictures import (
    MAPS_OF_THE_MIX as MAPS_OF_THE_MIX,
    MapStyle as MapStyle,
    map_picture as map_picture,
)
from .scene.maps.side_picture import (
    SideSplit as SideSplit,
)
from .scene.maps.values import (
    MapScale as MapScale,
    MapSource as MapSource,
    map_ranges as map_ranges,
    map_scale as map_scale,
    map_values as map_values,
)
from .scene.maps.words import (
    map_name as map_name,
    scale_name as scale_name,
    scale_text as scale_text,
    scale_ticks as scale_ticks,
)
from .io.exporters.map_files import (
    MAP_FORMATS as MAP_FORMATS,
    SavedMap as SavedMap,
    write_map as write_map,
)

# Figures
from .io.figures.content import (
    FIGURE_KINDS as FIGURE_KINDS,
    FigureOptions as FigureOptions,
    GridContent as GridContent,
    ProfileContent as ProfileContent,
    figure_maps as figure_maps,
)
from .io.figures.figure import (
    figure_bytes as figure_bytes,
    write_figure as write_figure,
)

# Clouds and meshes
from .geometry.box import (
    OrientedBox as OrientedBox,
    box_around as box_around,
)
from .scene.cloud import (
    filtered_cloud as filtered_cloud,
    point_cloud as point_cloud,
)
from .scene.filters.kinds.confidence import (
    confidence_threshold as confidence_threshold,
)
from .scene.filters.selection import (
    Selection as Selection,
    select_pixels as select_pixels,
)
from .scene.filters.settings import (
    CloudOptions as CloudOptions,
    PointFilters as PointFilters,
    cloud_options as cloud_options,
)
from .scene.layer_points import (
    valid_pixels as valid_pixels,
)
from .scene.meshes.joined import (
    joined_mesh as joined_mesh,
)
from .scene.meshes.making import (
    make_mesh as make_mesh,
)
from .scene.meshes.mesh import (
    GridOptions as GridOptions,
    grid_mesh as grid_mesh,
)
from .scene.meshes.recipe import (
    MESH_KINDS as MESH_KINDS,
    MadeMesh as MadeMesh,
    MeshRecipe as MeshRecipe,
    MeshSettings as MeshSettings,
    mesh_recipe as mesh_recipe,
)
from .scene.objects import (
    ObjectCloud as ObjectCloud,
    ObjectData as ObjectData,
)
from .scene.registration.alignment import (
    CloudAlignment as CloudAlignment,
    align_by_pairs as align_by_pairs,
    align_closer as align_closer,
)
from .scene.registration.distances import (
    DistanceSummary as DistanceSummary,
    cloud_distances as cloud_distances,
    summarize_distances as summarize_distances,
)
from .scene.scale import (
    in_metres as in_metres,
)
from .scene.sky import (
    sky_share as sky_share,
    with_sky as with_sky,
)
from .scene.upright import (
    SceneFrame as SceneFrame,
    scene_frame as scene_frame,
)

# Comparison and truth
from .evaluation.one_scene.comparison import (
    ComparisonOptions as ComparisonOptions,
    compare_sides as compare_sides,
)
from .evaluation.one_scene.scene_flying import (
    flying_pixels as flying_pixels,
)
from .evaluation.one_scene.scene_truth import (
    read_truth as read_truth,
)
from .io.scenes.truth_place import (
    truth_beside as truth_beside,
)
from .scene.agreement_text import (
    summary_text as summary_text,
)
from .scene.comparison import (
    Comparison as Comparison,
    MeasureRow as MeasureRow,
    Place as Place,
)
from .scene.flying import (
    FlyingPixels as FlyingPixels,
)

# Files
from .io.exports.export import (
    EXPORT_FORMATS as EXPORT_FORMATS,
    ExportedFile as ExportedFile,
    export as export,
)
from .io.exports.export_estimate import (
    ExportEstimate as ExportEstimate,
    estimate_export as estimate_export,
)
from .io.exports.export_job import (
    ExportOptions as ExportOptions,
)
from .io.exports.export_presets import (
    EXPORT_PRESETS as EXPORT_PRESETS,
    ExportPreset as ExportPreset,
)
from .io.exports.formats import (
    FORMAT_FACTS as FORMAT_FACTS,
    FormatFacts as FormatFacts,
)
from .io.objects.loaded import (
    WORLD_FROM_UP as WORLD_FROM_UP,
    LoadedObject as LoadedObject,
)
from .io.objects.read import (
    OBJECT_ENDINGS as OBJECT_ENDINGS,
    read_object as read_object,
)
from .io.objects.write import (
    write_object as write_object,
)
from .io.scenes.prediction_file import (
    read_prediction as read_prediction,
    write_prediction as write_prediction,
)
from .io.scenes.session_file import (
    PhotoReference as PhotoReference,
    SessionRecord as SessionRecord,
    read_session as read_session,
    read_session_title as read_session_title,
    write_session as write_session,
)

__version__: str
