"""VGGT's aggregator: alternating attention within each frame and over all frames."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from moe3d.model.config import ModelConfig
from moe3d.model.layers.block import Block
from moe3d.model.layers.cache import LastValue
from moe3d.model.layers.patch_embed import PatchEmbed
from moe3d.model.layers.photo_tokens import KnownPhotos
from moe3d.model.layers.rope import RotaryTable, build_rotary_table
from moe3d.model.work import Counter, block_work

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

RunBlock = Callable[..., Tensor]


@dataclass(frozen=True)
class AggregatorOutput:
    """Tokens of the layers that were asked for; each is the frame and the global half."""

    layers: tuple[Float[Tensor, "B S T C2"], ...]
    """One a wanted layer, in the order asked; special tokens first."""
    camera_tokens: Float[Tensor, "B S C2"]
    """Camera token of the last layer."""
    num_special_tokens: int
    """Camera and register tokens before the patches."""

    def in_main_memory(self) -> "AggregatorOutput":
        """The same with its layers, one copy each, off the device."""
        moved = {id(layer): layer.cpu() for layer in self.layers}
        return replace(self, layers=tuple(moved[id(layer)] for layer in self.layers))


@dataclass(frozen=True)
class Keeping:
    """How a pass without gradients spares memory."""

    dtype: torch.dtype | None = None
    """Precision of the layers that are kept; None for the residual stream's."""
    on_cpu: bool = False
    """Whether they are kept in the main memory."""
    tokens_per_piece: int = 0
    """Tokens that a block works on at a time, in place; 0 for all."""


class _Pair:
    """The two halves of a kept layer; the global block may overwrite the first one's tokens."""

    def __init__(
        self, framewise: Float[Tensor, "B S T C"], keeping: Keeping, *, is_kept: bool
    ) -> None:
        self._framewise: Tensor | None = framewise
        self._whole: Tensor | None = None
        self.framewise_cameras = framewise[:, :, 0]
        if torch.is_grad_enabled():
            return
        self._framewise = None
        self.framewise_cameras = framewise[:, :, 0].clone()
        if is_kept:
            *sizes, width = framewise.shape
            device = torch.device("cpu") if keeping.on_cpu else framewise.device
            self._whole = torch.empty(
                (*sizes, 2 * width),
                dtype=keeping.dtype or framewise.dtype,
                device=device,
                pin_memory=keeping.on_cpu and framewise.is_cuda,
            )
            self._whole[..., :width] = framewise

    def joined(self, tokens: Float[Tensor, "B S T C"]) -> Float[Tensor, "B S T C2"]:
        """Both halves, with what the global block made."""
        if self._framewise is not None:
            return torch.cat([self._framewise, tokens], dim=-1)
        assert self._whole is not None
        self._whole[..., tokens.shape[-1] :] = tokens
        return self._whole


class Aggregator(nn.Module):
    """Images to tokens that know about all views."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        settings, width = config.aggregator, config.width
        self._config = config
        self.patch_embed = PatchEmbed(config)
        self.camera_token = nn.Parameter(torch.empty(1, 2, 1, width))
        self.register_token = nn.Parameter(torch.empty(1, 2, settings.num_register_tokens, width))
        nn.init.normal_(self.camera_token, std=1e-6)
        nn.init.normal_(self.register_token, std=1e-6)
        self.frame_blocks = self._blocks()
        self.global_blocks = self._blocks()
        self._table = LastValue[RotaryTable]()

    def _blocks(self) -> nn.ModuleList:
        settings = self._config.aggregator
        return nn.ModuleList(
            Block(
                self._config.width,
                settings.num_heads,
                layer_scale_init=settings.layer_scale_init,
                qk_norm=True,
            )
            for _ in range(settings.depth)
        )

    @property
    def num_blocks(self) -> int:
        """Transformer blocks of one pass, patch embedding included."""
        return len(self.patch_embed.blocks) + 2 * len(self.frame_blocks)

    def work(self, images: Float[Tensor, "B S 3 H W"]) -> float:
        """Operations of one pass, patch embedding included."""
        batch, views = images.shape[:2]
        width, depth = self._config.width, len(self.frame_blocks)
        count = self._num_special + self._num_patches(images)
        of_round = block_work(width, batch * views, count) + block_work(width, batch, views * count)
        return self._embedding_work(images, batch * views) + depth * of_round

    def _embedding_work(self, images: Float[Tensor, "B S 3 H W"], frames: int) -> float:
        count = self.patch_embed.num_special_tokens + self._num_patches(images)
        return len(self.patch_embed.blocks) * block_work(self._config.width, frames, count)

    def _num_patches(self, images: Float[Tensor, "B S 3 H W"]) -> int:
        patch = self._config.patch_size
        return (images.shape[-2] // patch) * (images.shape[-1] // patch)

    def forward(
        self,
        images: Float[Tensor, "B S 3 H W"],
        keep_layers: Sequence[int],
        counter: Counter | None = None,
        *,
        recompute: bool = False,
        keeping: Keeping | None = None,
        known_photos: KnownPhotos | None = None,
    ) -> AggregatorOutput:
        """Run all rounds and keep the layers that a head reads.

        Args:
            images: RGB in 0..1, sides multiples of the patch size.
            keep_layers: rounds whose tokens are wanted; repetition costs nothing.
            counter: counts every transformer block; may raise to stop.
            recompute: compute each block again in the backward pass.
            keeping: how memory is spared where no gradient is wanted.
            known_photos: tokens of photos that were seen before, where no gradient is wanted.
        """
        keeping, counter = keeping or Keeping(), counter or Counter(None, self.num_blocks, 1.0)
        in_place = keeping.tokens_per_piece if not torch.is_grad_enabled() else 0
        known_photos = None if torch.is_grad_enabled() else known_photos

        def run_block(block: nn.Module, tokens: Tensor, table: RotaryTable | None = None) -> Tensor:
            groups, count, width = tokens.shape
            after = counter.operations + block_work(width, groups, count)
            if recompute:
                result = checkpoint(block, tokens, table, use_reentrant=False)
            elif in_place and isinstance(block, Block):
                result = block.run_in_place(tokens, table, in_place, counter.part)
            else:
                result = block(tokens, table, counter.part)
            counter.step(after - counter.operations)
            return result

        tokens = self._embed(images, run_block, counter, known_photos)  # (B, S, T, C)
        batch, views, count, _ = tokens.shape
        table = self._rotary_table(images)
        scene_table = table.repeated(views)
        last = len(self.frame_blocks) - 1
        kept: dict[int, Tensor] = {}
        camera_tokens = tokens[:, :, 0]
        rounds = zip(self.frame_blocks, self.global_blocks, strict=True)
        for index, (frame_block, global_block) in enumerate(rounds):
            framewise = run_block(frame_block, tokens.flatten(0, 1), table)
            pair = _Pair(framewise.view_as(tokens), keeping, is_kept=index in keep_layers)
            tokens = run_block(
                global_block, framewise.reshape(batch, views * count, -1), scene_table
            ).reshape(batch, views, count, -1)
            if index in keep_layers:
                kept[index] = pair.joined(tokens)
            if index == last:
                camera_tokens = torch.cat([pair.framewise_cameras, tokens[:, :, 0]], dim=-1)
        layers = tuple(kept[index] for index in keep_layers)
        return AggregatorOutput(layers, camera_tokens, self._num_special)

    @property
    def _num_special(self) -> int:
        return 1 + self.register_token.shape[2]

    def _embed(
        self,
        images: Float[Tensor, "B S 3 H W"],
        run_block: RunBlock,
        counter: Counter,
        known_photos: KnownPhotos | None,
    ) -> Float[Tensor, "B S T C"]:
        mean = images.new_tensor(IMAGENET_MEAN)[:, None, None]
        spread = images.new_tensor(IMAGENET_STD)[:, None, None]
        batch, views = images.shape[:2]
        frames = ((images - mean) / spread).flatten(0, 1)

        def embed(some: Float[Tensor, "N 3 H W"]) -> Float[Tensor, "N P C"]:
            return self.patch_embed(some, run_block)

        if known_photos is None:
            patches = embed(frames)
        else:
            known = len(frames) - known_photos.num_missing
            of_known = self._embedding_work(images, known)
            if known < len(frames):
                counter.part(of_known)
            else:  # none runs, but the count of steps goes on
                for _ in self.patch_embed.blocks:
                    counter.step(of_known / len(self.patch_embed.blocks))
            patches = known_photos.tokens.embed(known_photos.keys, frames, embed)
        special = torch.cat([self.camera_token, self.register_token], dim=2)  # (1, 2, R, C)
        of_others = special[:, 1:].expand(-1, views - 1, -1, -1)
        special = torch.cat([special[:, :1], of_others], dim=1)  # the first frame has its own
        special = special.expand(batch, -1, -1, -1)
        return torch.cat([special, patches.unflatten(0, (batch, views))], dim=2)

    def _rotary_table(self, images: Float[Tensor, "B S 3 H W"]) -> RotaryTable:
        patch, settings = self._config.patch_size, self._config.aggregator
        grid = (images.shape[-2] // patch, images.shape[-1] // patch)
        head_dim = self._config.width // settings.num_heads
        return self._table.get(
            (grid, images.device),
            lambda: build_rotary_table(
                grid, self._num_special, head_dim, settings.rope_base, images.device
            ),
        )
