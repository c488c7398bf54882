"""Which depth layer is shown of a result, and which layers are compared with each other."""

from dataclasses import dataclass
from functools import cached_property

from moe3d import ScenePrediction, default_layer, layer_names
from moe3d.scene.layers import RAW_OF, REFINED_OF, sides


@dataclass(frozen=True)
class LayerChoice:
    """The rules for what was chosen, in a result that may not have it."""

    prediction: ScenePrediction | None
    chosen: str = ""
    """Layer that the user wants; empty: the result's first one."""
    is_mixing: bool = False
    """Whether there is a what-if. It mixes the network's own depth, so while there is one that
    stands in for the refined depth."""

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """Every layer there is, in the order in which they are shown."""
        return layer_names(self.prediction) if self.prediction is not None else ()

    @cached_property
    def layer(self) -> str:
        """What is shown."""
        if self.prediction is None:
            return self.chosen or "fused"
        layer = self.chosen if self.chosen in self.layers else default_layer(self.prediction)
        return "fused" if self.is_mixing and layer == "refined" else layer

    @cached_property
    def sides(self) -> tuple[str, str]:
        """Layers that are compared, MoE3D's and VGGT's: both raw, or both refined."""
        return sides(self.prediction, self.layer) if self.prediction else ("fused", "vggt")

    def on_screen(self, has_two_sides: bool) -> tuple[str, ...]:
        """Layers of the 3D views from left to right: one or two."""
        return (self.layer, self.sides[1]) if has_two_sides else (self.layer,)

    @property
    def has_refined(self) -> bool:
        """Whether any layer was refined by all photos."""
        return any(layer in RAW_OF for layer in self.layers)

    @property
    def can_refine(self) -> bool:
        """Whether the layer that is shown has a refined and a raw form to choose from."""
        forms = {**REFINED_OF, **RAW_OF}
        return not self.is_mixing and forms.get(self.layer, "") in self.layers

    @property
    def is_refined(self) -> bool:
        """Whether the layer that is shown was refined by all photos."""
        return self.layer in RAW_OF

    def form(self, refined: bool) -> str:
        """The refined or the raw form of the layer that is shown."""
        return (REFINED_OF if refined else RAW_OF).get(self.layer, self.layer)
