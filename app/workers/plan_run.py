"""What a run would see and need, without doing it."""

from app.state.backend import RunPlan, RunRequest
from moe3d.progress import Progress
from moe3d.scene.pixel_transform import PixelTransform


def plan_run(request: RunRequest, progress: Progress) -> RunPlan:
    """Crop frames and memory of a run.

    Raises:
        CheckpointError: the model is not on this machine.
        UsageError: no such device or precision here.
    """
    from moe3d.inference.estimate import EstimateOptions, estimate_run
    from moe3d.inference.preprocess import plan_transforms

    progress.report("plan")
    options = EstimateOptions(
        request.model, request.device, request.precision, request.compare, request.resize_mode
    )
    estimate = estimate_run(request.views, options, progress)
    progress.report("plan")
    long_side = max(estimate.width, estimate.height)
    transforms = plan_transforms(request.views, long_side=long_side, mode=request.resize_mode)
    frames = {
        view.name: _frame(transform)
        for view, transform in zip(request.views.views, transforms, strict=True)
    }
    return RunPlan(frames, estimate.total_bytes, estimate.available_bytes, estimate.verdict)


def _frame(transform: PixelTransform) -> tuple[float, float, float, float]:
    left, top, right, bottom = transform.visible_box
    width, height = transform.original_width, transform.original_height
    return left / width, top / height, right / width, bottom / height
