"""The settings of all filters as records: one field an option, made from the registry."""

from dataclasses import field, make_dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from moe3d.errors import UsageError
from moe3d.scene.filters.registry import OPTIONS

if TYPE_CHECKING:

    class PointFilters:
        """What every filter is set to; off unless it is said."""

        __dataclass_fields__: ClassVar[dict[str, Any]]

        def __init__(self, **options: Any) -> None: ...
        def __getattr__(self, option: str) -> Any: ...

    class CloudOptions:
        """Which points a cloud has."""

        __dataclass_fields__: ClassVar[dict[str, Any]]
        layer: str
        voxel_size: float | int | None
        max_points: int | None
        normals: bool

        def __init__(self, layer: str = "auto", **options: Any) -> None: ...
        def __getattr__(self, option: str) -> Any: ...


LAYER = """Depth layer: "fused", "refined", "vggt", "vggt-refined", "expert:2"; "auto" is
    `default_layer`."""
THINNING = {
    "voxel_size": "Keep the first point of every voxel of this edge, scene units; None keeps all.",
    "max_points": "Thin evenly to this many points; None keeps all.",
    "normals": "Compute normals from the pixel grid.",
}


def _check(settings: Any) -> None:
    for option in OPTIONS.values():
        value = getattr(settings, option.name)
        if option.is_on(value):
            option.check(value)
    most = getattr(settings, "max_points", None)
    if most is not None and most < 1:
        raise UsageError(f"the point limit must be at least 1; got {most}")


def _described(first_line: str, fields: dict[str, str]) -> str:
    lines = [f"    {name}: {text}" for name, text in fields.items()]
    return "\n".join([first_line, "", "Args:", *lines])


if not TYPE_CHECKING:
    _HELP = {option.name: option.help for option in OPTIONS.values()}
    PointFilters = make_dataclass(
        "PointFilters",
        [(option.name, option.kind, field(default=option.off)) for option in OPTIONS.values()],
        namespace={
            "__post_init__": _check,
            "__doc__": _described("What every filter is set to; off unless it is said.", _HELP),
            "__module__": __name__,
        },
        frozen=True,
    )
    CloudOptions = make_dataclass(
        "CloudOptions",
        [
            ("layer", str, field(default="auto")),
            *((item.name, item.kind, field(default=item.default)) for item in OPTIONS.values()),
            ("voxel_size", float | int | None, field(default=None)),
            ("max_points", int | None, field(default=None)),
            ("normals", bool, field(default=False)),
        ],
        namespace={
            "__post_init__": _check,
            "__doc__": _described(
                "Which points a cloud has. Filters run in the order of these fields.",
                {"layer": LAYER, **_HELP, **THINNING},
            ),
            "__module__": __name__,
        },
        frozen=True,
    )


def cloud_options(filters: PointFilters, **others: Any) -> CloudOptions:
    """The options of a cloud with these filters and no others."""
    return CloudOptions(**(values_of(filters) | others))


def scaled(filters: PointFilters, factor: float) -> PointFilters:
    """The same filters for a scene in units of which each is so many of the present ones."""
    changes = {name: OPTIONS[name].scaled(getattr(filters, name), factor) for name in OPTIONS}
    return PointFilters(**changes)


def values_of(filters: PointFilters) -> dict[str, Any]:
    """Every setting by its name, as it is."""
    return {name: getattr(filters, name) for name in OPTIONS}
