"""Options that need a new run; they change nothing on the screen."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.run.run_options import DEVICES, PRECISIONS
from moe3d_viewer.widgets.controls.binding import bind_checked, bind_choice
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.help.control_help import EFFECT
from moe3d_viewer.widgets.inspector.section import Section


class NextRunSection(Section):
    """Model, device, precision, fitting, refinement, comparison."""

    model_clicked = Signal()
    computer_clicked = Signal()

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__("next_run_section", self.tr("NEXT RUN"), parent)
        self.setProperty(EFFECT, self.tr("Acts in the next run"))
        options = self._options = state.run_options
        self._model = button(
            "", "next_model", self.tr("Choose the network, or fetch another one"), "link"
        )
        self._model.clicked.connect(self.model_clicked)
        self._computer = button(
            "",
            "next_computer",
            self.tr("Choose the computer that does the next run: this one, or a server"),
            "link",
        )
        self._computer.clicked.connect(self.computer_clicked)
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
        changed = options.changed
        bind_choice(self._device, lambda: options.device, options.set_device, changed)
        bind_choice(self._precision, lambda: options.precision, options.set_precision, changed)
        bind_choice(self._resize, lambda: options.resize_mode, options.set_resize_mode, changed)
        bind_choice(self._refine, lambda: options.refine, options.set_refine, changed)
        bind_checked(self._compare, lambda: options.compare, options.set_compare, changed)
        stale = self.tr("Changed since the result on the screen: run again to see it.")
        self._stale = label(stale, "warning", "stale_mark", wrap=True)
        self._sign = label(self.tr("changed"), "warning", "stale_sign")
        self._sign.setToolTip(stale)
        self._memory = label(role="muted", name="memory_estimate", wrap=True)
        self._state = state
        self._lay_out()
        options.changed.connect(self._show)
        state.work.plain_changed.connect(self._show)
        state.reconstruction.prediction_changed.connect(self._show_plan)
        for signal in (options.changed, state.selection.selection_changed, state.plan.changed):
            signal.connect(self._show_plan)
        self._show_plan()
        self._show()

    def _lay_out(self) -> None:
        form = self._form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(label(self.tr("Model")), self._model)
        form.addRow(label(self.tr("Run on")), self._computer)
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
        for field, value in (
            (self._precision, options.precision),
            (self._resize, options.resize_mode),
            (self._refine, options.refine),
        ):
            is_wanted = not self._state.work.is_plain or value != "auto"
            self._form.setRowVisible(field, is_wanted and self._is_chosen_here(field))
        self._form.setRowVisible(self._device, self._is_chosen_here(self._device))
        computer = options.server_title or self.tr("This computer")
        self._computer.setText(computer)
        self._computer.setAccessibleName(self.tr("Run on {}").format(computer))
        self._model.setText(options.model_title)
        self._model.setAccessibleName(self.tr("Model {}").format(options.model_title))

    def _is_chosen_here(self, field: QWidget) -> bool:
        """A server was started with its own device and precision."""
        return not self._options.server or field not in (self._device, self._precision)
