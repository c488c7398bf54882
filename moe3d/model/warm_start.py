"""The mixture's start from a VGGT checkpoint: noisy copies of VGGT's last convolutions.

And the way between a trained mixture and that start, in both directions.

Source: arXiv 2601.05208 (copies with small Gaussian perturbations); noise relative to each
tensor's spread and a zero last gate layer are our choices.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from moe3d.errors import UsageError
from moe3d.model.dpt import Scratch
from moe3d.model.gate import Gate
from moe3d.model.moe3d import MoE3DNetwork

NOISE = 0.01


@torch.no_grad()
def warm_start_experts(
    network: MoE3DNetwork, generator: torch.Generator, noise: float = NOISE
) -> None:
    """Make every expert a noisy copy of VGGT's head, and all gate weights equal.

    Args:
        network: its `depth_head` holds VGGT's weights; its `moe_head` is overwritten.
        generator: of the noise, on the CPU.
        noise: standard deviation relative to that of the copied tensor; with 0 the fused depth
            is VGGT's.

    Raises:
        UsageError: the network has no VGGT head to copy.
    """
    scratch = _vggt_scratch(network)
    _copy_decoder(network)
    _copy_experts(network, scratch, generator, noise)
    _start_gate(network.moe_head.gate, generator)


@torch.no_grad()
def move_towards_copies(network: MoE3DNetwork, share: float) -> None:
    """Move decoder and experts along the line from where they are to copies of VGGT's head.

    Source: interpolated and extrapolated fine-tuning (Wortsman et al. 2022, arXiv 2109.01903;
    Zheng et al. 2024, arXiv 2404.16792), here of one head against the other.

    Args:
        network: its `depth_head` holds VGGT's weights; its `moe_head` is changed, but for the gate.
        share: 0 leaves all as it is, 1 makes the copies, below 0 moves away from them.

    Raises:
        UsageError: the network has no VGGT head.
    """
    scratch, mixture = _vggt_scratch(network), network.moe_head
    parts = [part for part in (mixture.dpt, mixture.experts) if part is not None]
    weights = [weight for part in parts for weight in part.parameters()]
    trained = [weight.clone() for weight in weights]
    _copy_decoder(network)
    _copy_experts(network, scratch, torch.Generator(), noise=0.0)
    for weight, old in zip(weights, trained, strict=True):
        weight.copy_(torch.lerp(old, weight, share))


def _vggt_scratch(network: MoE3DNetwork) -> Scratch:
    head = network.depth_head
    if head is None or head.scratch.output_conv2 is None:
        raise UsageError("a warm start copies VGGT's depth head; this network was built without it")
    return head.scratch


def _start_gate(gate: Gate, generator: torch.Generator) -> None:
    bound = gate.conv1.weight[0].numel() ** -0.5
    for parameter in gate.conv1.parameters():
        drawn = torch.rand(parameter.shape, generator=generator) * 2 - 1
        parameter.copy_(bound * drawn)
    for parameter in gate.conv2.parameters():
        parameter.zero_()


def _copy_decoder(network: MoE3DNetwork) -> None:
    own, shared = network.moe_head.dpt, network.depth_head
    if own is None or shared is None:
        return
    weights = shared.state_dict()
    own.load_state_dict({key: weights[key] for key in own.state_dict()})


def _copy_experts(
    network: MoE3DNetwork, scratch: Scratch, generator: torch.Generator, noise: float
) -> None:
    experts = network.moe_head.experts
    assert scratch.output_conv2 is not None
    pairs: list[tuple[nn.Module | None, nn.Module | None]] = [
        (scratch.output_conv1 if experts.output_conv1 is not None else None, experts.output_conv1),
        (scratch.output_conv2[0], experts.conv1),
        (scratch.output_conv2[2], experts.conv2),
    ]
    for source, target in pairs:
        if source is None or target is None:
            continue
        for name, weight in target.named_parameters():
            original = source.get_parameter(name)
            if weight.shape == original.shape:  # one expert, or an output layer common to all
                weight.copy_(_noisy(original, generator, noise))
                continue
            copies = [_noisy(original, generator, noise) for _ in range(experts.num_experts)]
            weight.copy_(torch.cat(copies))


def _noisy(
    original: Float[Tensor, "O ..."], generator: torch.Generator, noise: float
) -> Float[Tensor, "O ..."]:
    spread = original.float().std(correction=0).cpu()
    drawn = torch.randn(original.shape, generator=generator) * (noise * spread)
    return original + drawn.to(original)
