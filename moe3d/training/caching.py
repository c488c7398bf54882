"""A frozen backbone runs over the data once, then leaves the device."""

import logging
from dataclasses import replace
from pathlib import Path

import torch

from moe3d.io.atomic import new_file
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.config import TrainingConfig
from moe3d.training.features import FeatureSource, FeatureWriter, feature_plan, is_cached
from moe3d.training.processes import Share, wait_for_all
from moe3d.training.sources.loading import choose_workers, load_steps
from moe3d.training.sources.opening import open_source

logger = logging.getLogger(__name__)

LOG_EVERY = 50


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
    plan = feature_plan(config)
    if share.rank == 0 and not is_cached(folder, plan):
        single = replace(config, data=replace(config.data, scenes_per_step=1))
        network.aggregator.to(device)
        _write(network.eval(), single, folder, device)
        with new_file(folder / "plan.json", overwrite=True) as part:
            part.write_text(plan, encoding="utf-8")
        network.aggregator.to("cpu")
    wait_for_all()
    return FeatureSource(folder, network.config.dpt.layers, config, share)


def _write(
    network: MoE3DNetwork, config: TrainingConfig, folder: Path, device: torch.device
) -> None:
    source = open_source(config, Share(), device)
    writer, count = FeatureWriter(network, folder), config.data.cached_scenes
    workers = choose_workers(config.data.workers)
    for done, loaded in enumerate(load_steps(source, 0, count, workers)):
        writer.add(source.finish(loaded, device))
        if (done + 1) % LOG_EVERY == 0:
            logger.info("features of %d of %d scenes", done + 1, count)
    writer.close()
