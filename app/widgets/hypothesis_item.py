"""Marks of every expert's point on the ray of the pixel under the cursor."""

import numpy as np

from app.rendering.hypotheses import Hypotheses, mark_segments
from app.rendering.view_frame import ViewFrame
from app.widgets.line_item import LineItem


class HypothesisItem(LineItem):
    """Rings of fixed size over everything else."""

    def __init__(self) -> None:
        super().__init__(2.2, hidden_by_points=False)
        self.hypotheses: Hypotheses | None = None
        self.setVisible(False)

    def show_hypotheses(self, hypotheses: Hypotheses | None) -> None:
        """Mark these points, or none."""
        self.hypotheses = hypotheses
        self.setVisible(hypotheses is not None)
        if hypotheses is None:
            self.set_colored(np.zeros((0, 2, 3)), np.zeros((0, 4)))

    def face(self, frame: ViewFrame) -> None:
        """Turn the rings towards the camera; called before each picture."""
        if self.hypotheses is not None:
            self.set_colored(*mark_segments(self.hypotheses, frame.camera, frame.viewport))
