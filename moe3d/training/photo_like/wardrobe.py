"""The textures of one scene and the looks that are drawn from them."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from moe3d.training.data.seeds import Split
from moe3d.training.data.texture_bank import build_pyramid
from moe3d.training.photo_like.furniture import FurniturePiece, LoadedModel
from moe3d.training.photo_like.obj_models import ModelMaterial
from moe3d.training.photo_like.scene_mesh import Color, Look
from moe3d.training.photo_like.surface_textures import TEXTURES_A_KIND, make_surface_texture

Random = np.random.Generator
KEPT = 2500
CLOTH_WORDS = (
    "sofa",
    "couch",
    "chair",
    "bed",
    "cloth",
    "cushion",
    "seat",
    "pillow",
    "towel",
    "rug",
)


class SurfaceBank:
    """Pyramids of textures, made when first asked for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple, UInt8[np.ndarray, "texels 3"]] = OrderedDict()

    def drawn(self, kind: str, number: int, split: Split) -> UInt8[np.ndarray, "texels 3"]:
        """A drawn texture's pyramid."""
        key = (kind, number, int(split))
        if key not in self._kept:
            self._keep(key, build_pyramid(make_surface_texture(kind, number, split)))
        return self._kept[key]

    def picture(
        self, name: str, place: int, pixels: Float32[np.ndarray, "n n 3"]
    ) -> UInt8[np.ndarray, "texels 3"]:
        """The pyramid of a model's own picture."""
        key = ("picture", name, place)
        if key not in self._kept:
            self._keep(key, build_pyramid(pixels.astype(np.float64)))
        return self._kept[key]

    def _keep(self, key: tuple, pyramid: UInt8[np.ndarray, "texels 3"]) -> None:
        self._kept[key] = pyramid
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


class Wardrobe:
    """Draws looks for a scene and remembers the textures they use."""

    def __init__(self, bank: SurfaceBank, random: Random, split: Split) -> None:
        self._bank, self._random, self._split = bank, random, split
        self._pyramids: list[UInt8[np.ndarray, "texels 3"]] = []
        self._rows: dict[int, int] = {}

    def look(
        self,
        kinds: Sequence[str],
        tile_m: tuple[float | int, float | int] = (0.8, 1.6),
        gloss: tuple[float | int, float | int] = (0.0, 0.1),
        tint: Color | None = None,
    ) -> Look:
        """Draw a look of one of some kinds of surface."""
        random = self._random
        kind = kinds[int(random.integers(len(kinds)))]
        number = int(random.integers(TEXTURES_A_KIND))
        row = self._row(self._bank.drawn(kind, number, self._split))
        return Look(row, random.uniform(*tile_m), tint or self.tint(), random.uniform(*gloss))

    def tint(self, spread: float = 0.06) -> Color:
        """A small change of colour."""
        r, g, b = np.exp(self._random.normal(0, spread, 3) + self._random.normal(0.0, 0.1))
        return float(r), float(g), float(b)

    def looks_of(self, piece: FurniturePiece, loaded: LoadedModel) -> list[Look]:
        """A look for every material of a model: its own, or another colour or surface."""
        random = self._random
        is_repainted = random.random() < 0.5
        shift = self.tint(0.25) if is_repainted else self.tint(0.05)
        looks = []
        for place, (material, picture) in enumerate(
            zip(loaded.model.materials, loaded.pictures, strict=True)
        ):
            if picture is not None:
                row = self._row(self._bank.picture(piece.model, place, picture))
                looks.append(Look(row, 1.0, shift, 0.4 * material.gloss))
            else:
                looks.append(self._plain(piece, material, shift, is_repainted=is_repainted))
        return looks

    def _plain(
        self, piece: FurniturePiece, material: ModelMaterial, shift: Color, *, is_repainted: bool
    ) -> Look:
        """Without a picture: cloth, wood or metal of another texture, or the file's own colour."""
        random = self._random
        words = (material.name + piece.name).lower()
        if is_repainted and random.random() < 0.7 and max(piece.size_m) > 0.35:
            kinds = (
                ("cloth",) if any(word in words for word in CLOTH_WORDS) else ("veneer", "metal")
            )
            return self.look(kinds, (0.3, 0.9), (0.0, 0.25), shift)
        number = int(random.integers(TEXTURES_A_KIND))
        row = self._row(self._bank.drawn("unevenness", number, self._split))
        r, g, b = (
            min(1.9, max(0.02, 2 * color * factor))
            for color, factor in zip(material.color, shift, strict=True)
        )
        return Look(row, random.uniform(0.3, 1.2), (r, g, b), 0.4 * material.gloss)

    def _row(self, pyramid: UInt8[np.ndarray, "texels 3"]) -> int:
        if id(pyramid) not in self._rows:
            self._rows[id(pyramid)] = len(self._pyramids)
            self._pyramids.append(pyramid)
        return self._rows[id(pyramid)]

    @property
    def pyramids(self) -> UInt8[Tensor, "textures texels 3"]:
        """All textures that were drawn, in rows."""
        return torch.from_numpy(np.stack(self._pyramids))

    @property
    def mean_colors(self) -> Float32[np.ndarray, "textures 3"]:
        """Of every texture, linear RGB."""
        last = np.stack([pyramid[-1] for pyramid in self._pyramids])
        return (last.astype(np.float32) / 255) ** 2
