"""Options that need a new run; they change nothing on the screen."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from app.state.app_state import AppState
from app.state.run_options import DEVICES, PRECISIONS
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.control_help import EFFECT
from app.widgets.parts import button, label
from app.widgets.section import Section


class NextRunSection(Section):
    """Model, device, precision, fitting, refinement, comparison."""

    model_clicked = Signal()

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("next_run_section", self.tr("NEXT RUN"), parent)
        self.setProperty(EFFECT, self.tr("Acts in the next run"))
        options = self._options = state.run_options
        self._model = button(
            "", "next_model", self.tr("Choose the network, or fetch another one"), "link"
        )
        self._model.clicked.connect(self.model_clicked)
        devices = [(key, self.tr("Automatic") if key == "auto" else key.upper()) for key in DEVICES]
        self._device = choice("device", self.tr("What computes the next run"), devices)
        kinds = [(key, self.tr("Automatic") if key == "auto" else key) for key in PRECISIONS]
        self._precision = choice("precision", self.tr("Number format of the backbone"), kinds)
        modes = [
            ("auto", self.tr("Automatic")),
            ("crop", self.tr("Crop")),
            ("pad", self.tr("Pad")),
        ]
        tip = self.tr(
            "How photos are made to fit. Automatic cuts a photo only where less than a tenth of it "
            "is lost; Crop cuts upright photos to a square; Pad fills up to a square with white"
        )
        self._resize = choice("resize_mode", tip, modes)
        refinements = [
            ("auto", self.tr("Automatic")),
            ("off", self.tr("Off: network only")),
            ("cameras", self.tr("Cameras")),
            ("full", self.tr("Cameras and depth")),
        ]
        self._refine = choice(
            "refine",
            self.tr(
                "What all photos together may improve, beside the network's own depth, which is "
                "kept. Automatic: all that the photos allow"
            ),
            refinements,
        )
        self._compare = QCheckBox(self.tr("Compare with VGGT"))
        self._compare.setObjectName("compare")
        self._compare.setToolTip(self.tr("Also compute plain VGGT's depth"))
        on_chosen(self._device, options.set_device)
        on_chosen(self._precision, options.set_precision)
        on_chosen(self._resize, options.set_resize_mode)
        on_chosen(self._refine, options.set_refine)
        self._compare.toggled.connect(options.set_compare)
        changed = self.tr("Changed since the result on the screen: run again to see it.")
        self._stale = label(changed, "warning", "stale_mark", wrap=True)
        self._sign = label(self.tr("changed"), "warning", "stale_sign")
        self._sign.setToolTip(changed)
        self._memory = label(role="muted", name="memory_estimate", wrap=True)
        self._state = state
        self._lay_out()
        options.changed.connect(self._show)
        state.reconstruction.prediction_changed.connect(self._show_plan)
        for signal in (options.changed, state.selection.selection_changed, state.plan.changed):
            signal.connect(self._show_plan)
        self._show_plan()
        self._show()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(self.tr("Model")), self._model)
        form.addRow(label(self.tr("Device")), self._device)
        form.addRow(label(self.tr("Precision")), self._precision)
        form.addRow(label(self.tr("Fitting")), self._resize)
        form.addRow(label(self.tr("Refine")), self._refine)
        form.addRow("", self._compare)
        self.head.addWidget(self._sign)
        self.rows.addWidget(self._stale)
        self.rows.addLayout(form)
        self.rows.addWidget(self._memory)

    @Slot()
    def _show_plan(self) -> None:
        is_stale = self._state.reconstruction.is_stale
        self._stale.setVisible(is_stale)
        self._sign.setVisible(is_stale)
        text = self._state.plan.memory_text
        self._memory.setText(self.tr("Needs {}").format(text) if text else "")
        self._memory.setVisible(bool(text))

    @Slot()
    def _show(self) -> None:
        options = self._options
        self._model.setText(options.model_title)
        self._model.setAccessibleName(self.tr("Model {}").format(options.model_title))
        show_choice(self._device, options.device)
        show_choice(self._precision, options.precision)
        show_choice(self._resize, options.resize_mode)
        show_choice(self._refine, options.refine)
        self._compare.setChecked(options.compare)
