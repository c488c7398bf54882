"""Errors that a user can cause or repair.

A message names the thing, what was wanted, what came, and what to do. Each class carries the exit
code of the command line.
"""


class MoE3DError(Exception):
    """Base of every error the user can act on."""

    exit_code = 7


class UsageError(MoE3DError):
    """An option or argument that cannot be meant."""

    exit_code = 2


class ShapeError(MoE3DError):
    """An array whose shape or element type does not fit the others."""


class RecordError(MoE3DError):
    """A value of a record that cannot be, such as a focal length below 0."""


class ImageReadError(MoE3DError):
    """No photo could be read, or a photo could not."""

    exit_code = 3


class DeviceMemoryError(MoE3DError):
    """Out of memory after every fallback."""

    exit_code = 4


class DeviceError(MoE3DError):
    """A graphics card that failed or went away in the middle of a run."""

    exit_code = 4


class ServerError(MoE3DError):
    """Another machine that was asked to compute: not there, refuses, or died in the middle."""

    exit_code = 8


class CheckpointError(MoE3DError):
    """A model file that is missing, broken, or of another model."""

    exit_code = 5


class EmptyExportError(MoE3DError):
    """Filters left nothing to write."""

    exit_code = 6


class OutputError(MoE3DError):
    """A file or folder that cannot be written, or would be overwritten."""


class EvaluationError(MoE3DError):
    """Arrays or poses that cannot be scored: nothing valid, not finite, or no alignment exists."""


class DatasetError(MoE3DError):
    """A data set, scene or truth file that is missing, incomplete or not what it says."""


class FileFormatError(MoE3DError):
    """A file of a known format that is damaged, or of another kind than it is called."""


class PredictionFileError(MoE3DError):
    """A saved prediction that cannot be read."""


class SessionFileError(MoE3DError):
    """A saved session that cannot be read."""


class JobCancelledError(MoE3DError):
    """The user stopped the job."""

    exit_code = 130
