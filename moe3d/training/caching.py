"""The backbone's answers for all scenes of a run, made once; goes on where it was broken off."""

import logging
import time
from dataclasses import replace
from pathlib import Path

import torch

from moe3d.io.files.atomic import new_file
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.config import TrainingConfig
from moe3d.training.features import (
    FeatureSource,
    FeatureWriter,
    clear_features,
    feature_plan,
    finished_scenes,
    is_cached,
)
from moe3d.training.processes import Share, wait_for_all
from moe3d.training.sources.loading import choose_workers, load_steps
from moe3d.training.sources.opening import open_source

logger = logging.getLogger(__name__)

TELL_EVERY_S = 15.0
PLAN, BEGUN = "plan.json", "begun.json"


def cache_backbone(
    network: MoE3DNetwork, config: TrainingConfig, share: Share, device: torch.device
) -> FeatureSource:
    """Write the features of the run's scenes, or find them written, and open them.

    Args:
        network: its backbone is already in the precision that it runs in.
        config: the run.
        share: of this process; the first writes, the others wait.
        device: where the backbone runs.
    """
    shared = config.data.features
    folder = shared / f"seed{config.seed}" if shared else config.output / "features"
    plan = feature_plan(config, network)
    if share.rank == 0 and not is_cached(folder / PLAN, plan):
        single = replace(config, data=replace(config.data, scenes_per_step=1))
        network.aggregator.to(device)
        _write(network.eval(), single, folder, device, plan)
        network.aggregator.to("cpu")
    wait_for_all()
    return FeatureSource(folder, network.config.dpt.layers, config, share)


def _write(
    network: MoE3DNetwork, config: TrainingConfig, folder: Path, device: torch.device, plan: str
) -> None:
    if not is_cached(folder / BEGUN, plan):  # features of other settings
        clear_features(folder, (PLAN, BEGUN))
        with new_file(folder / BEGUN, overwrite=True) as part:
            part.write_text(plan, encoding="utf-8")
    count, done = config.data.cached_scenes, finished_scenes(folder)
    missing = [scene for scene in range(count) if scene not in done]
    if done:
        logger.info("features of %d of %d scenes are there already", len(done), count)
    source, writer = open_source(config, Share(), device), FeatureWriter(network, folder)
    workers = choose_workers(config.data.workers)
    begun = told = time.monotonic()
    for number, (scene, loaded) in enumerate(
        zip(missing, load_steps(source, missing, workers), strict=True), start=1
    ):
        writer.add(source.finish(loaded, device), scene)
        now = time.monotonic()
        if number == 1 or number == len(missing) or now - told > TELL_EVERY_S:
            told = now
            left_s = (now - begun) / number * (len(missing) - number)
            logger.info(
                "features of %d of %d scenes; about %s to go",
                count - len(missing) + number,
                count,
                f"{left_s / 60:.0f} min" if left_s > 90 else f"{left_s:.0f} s",
            )
    writer.close()
    with new_file(folder / PLAN, overwrite=True) as part:
        part.write_text(plan, encoding="utf-8")
