"""The style sheet, filled in with the colours of a theme."""

from pathlib import Path
from typing import Protocol

ART_DIR = Path(__file__).parent / "art"


class Colors(Protocol):
    """What the sheet needs of a theme's tokens."""

    @property
    def is_dark(self) -> bool:
        """Light text on dark ground."""
        ...


_SHEET = """
* {{ font-size: 13px; }}
QMainWindow, QDialog {{ background: {window}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 5px 7px; }}
QLabel {{ background: transparent; }}
QLabel[role="muted"] {{ color: {muted}; font-size: 12px; }}
QLabel[role="heading"] {{ font-size: 14px; font-weight: 600; }}
QLabel[role="title"] {{ font-size: 26px; font-weight: 600; }}
QLabel[role="section"] {{ color: {muted}; font-size: 11px; font-weight: 700; }}
QLabel[role="value"] {{ font-weight: 600; }}
QLabel[role="danger"] {{ color: {danger}; }}
QLabel[role="warning"] {{ color: {warning}; font-size: 12px; }}

QMenuBar {{ background: {surface}; padding: 2px 6px; border-bottom: 1px solid {border}; }}
QMenuBar::item {{ padding: 4px 9px; border-radius: 5px; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {raised}; border: 1px solid {border}; padding: 5px; }}
QMenu::item {{ padding: 6px 26px 6px 24px; border-radius: 5px; }}
QMenu::item:selected {{ background: {accent}; color: {on_accent}; }}
QMenu::item:disabled {{ color: {disabled}; background: transparent; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 5px 8px; }}

QToolBar {{ background: {surface}; border: none; border-bottom: 1px solid {border};
    padding: 3px 10px; spacing: 5px; }}
QToolBar::separator {{ width: 1px; background: {border}; margin: 4px 4px; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 3px 7px; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:checked {{ background: {selected}; border-color: {accent}; }}
QToolButton[flat="true"]:checked {{ background: transparent; border-color: transparent; }}
QToolButton[flat="true"]:checked:hover {{ background: {hover}; }}
#expert_legend QCheckBox::indicator {{ width: 11px; height: 11px; }}
QToolButton[bare="true"] {{ padding: 0; }}
QToolButton[narrow="true"] {{ padding: 3px; }}
QToolButton[fold="true"] {{ color: {muted}; font-size: 11px; font-weight: 700;
    padding: 2px 4px 2px 1px; border: 1px solid transparent; }}
QToolButton[fold="true"]:checked {{ background: transparent; border-color: transparent; }}
QToolButton[fold="true"]:hover {{ color: {text}; background: transparent; }}
QToolButton[toggle="true"] {{ padding: 0; border: 1px solid {control}; border-radius: 4px; }}
QToolButton[toggle="true"]:checked {{ background: {accent}; color: {on_accent}; }}
QToolButton:disabled {{ color: {disabled}; }}
QToolButton[popupMode="1"] {{ padding-right: 22px; }}
QToolButton::menu-button {{ width: 20px; border: none; border-left: 1px solid {control}; }}
QToolButton::menu-button:hover {{ background: {selected}; }}
QToolButton::menu-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; }}
QToolButton[segment="true"] {{ background: {raised}; border: 1px solid {control};
    padding: 3px 10px; }}
QToolButton[segment="true"]:checked {{ border-color: {accent}; background: {selected}; }}
QToolButton[segment="true"]:disabled {{ background: {surface}; border-color: {border}; }}
QToolButton:focus {{ border: 2px solid {accent}; padding: 2px 6px; }}
QToolButton[popupMode="1"]:focus {{ padding-right: 21px; }}
QToolButton[segment="true"]:focus {{ border: 2px solid {accent}; padding: 2px 9px; }}
QToolButton[fold="true"]:focus {{ border: 2px solid {accent}; padding: 1px 3px 1px 0; }}
QToolButton[narrow="true"]:focus {{ border: 2px solid {accent}; padding: 2px; }}
QToolButton[bare="true"]:focus {{ border: 2px solid {accent}; padding: 0; }}
QToolButton[toggle="true"]:focus {{ border: 2px solid {accent}; padding: 0; }}
QToolButton[toggle="true"]:checked:focus {{ border: 2px solid {text}; }}

QFrame[overlay="true"] {{ background: {raised}; border: 1px solid {border}; border-radius: 9px; }}

QPushButton {{ background: {raised}; border: 1px solid {control}; border-radius: 7px;
    padding: 6px 14px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {disabled}; background: {surface}; border-color: {border}; }}
QPushButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border-color: {accent};
    font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {accent_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {text}; padding: 5px 13px; }}
QPushButton[kind="primary"]:disabled {{ background: {raised}; color: {disabled};
    border-color: {border}; }}
QFrame[section="true"] {{ border: none; border-top: 1px solid {border}; }}
QFrame[section="true"]#confidence_section {{ border-top: none; }}
QPushButton[kind="card"] {{ background: {surface}; border: 1px solid {border}; padding: 0;
    border-radius: 10px; }}
QPushButton[kind="card"]:hover {{ background: {hover}; border-color: {accent}; }}
QPushButton[kind="card"]:focus {{ border: 2px solid {accent}; }}
QToolButton[corner="true"] {{ background: {raised}; border: 1px solid {control}; padding: 2px;
    border-radius: 5px; }}
QToolButton[corner="true"]:hover {{ background: {hover}; border-color: {accent}; }}
QToolButton[corner="true"]:focus {{ border: 2px solid {accent}; padding: 1px; }}
QPushButton[kind="big"] {{ font-size: 14px; padding: 10px 22px; }}
QPushButton[kind="big"]:focus {{ padding: 9px 21px; }}
QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent;
    color: {accent}; padding: 3px 6px; text-align: left; }}
QPushButton[kind="link"]:hover {{ background: {hover}; color: {accent_hover}; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {accent}; padding: 2px 5px; }}
QPushButton[kind="link"]:disabled {{ color: {disabled}; }}

QComboBox, QLineEdit, QSpinBox, QDoubleSpinBox {{ background: {raised}; border: 1px solid {control};
    border-radius: 6px; padding: 4px 8px; min-height: 18px; selection-background-color: {accent};
    selection-color: {on_accent}; }}
QLineEdit[compact="true"] {{ padding: 0 3px; min-height: 14px; border-radius: 4px; }}
QComboBox:hover, QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover {{ background: {hover}; }}
QComboBox:focus, QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus {{
    border: 2px solid {accent}; padding: 3px 7px; }}
QLineEdit[compact="true"]:focus {{ padding: 0 2px; min-height: 12px; }}
QLineEdit[bad="true"], QLineEdit[bad="true"]:focus {{ border-color: {danger}; color: {danger}; }}
QSpinBox, QDoubleSpinBox {{ padding: 3px 8px 2px 8px; min-height: 18px; }}
QSpinBox:focus, QDoubleSpinBox:focus {{ padding: 2px 7px 1px 7px; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ border: none; padding: 0;
    min-height: 0; background: transparent; }}
QComboBox:disabled, QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {{
    color: {disabled}; background: {surface}; border-color: {border}; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 12px; height: 12px; margin-right: 8px; }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {border}; padding: 4px;
    selection-background-color: {accent}; selection-color: {on_accent}; outline: none; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button {{ subcontrol-origin: content; subcontrol-position: top left;
    width: 0; height: 0; border: none; }}

QSlider {{ min-height: 22px; }}
QSlider::groove:horizontal {{ height: 4px; background: {control}; border-radius: 2px; }}
QSlider::groove:horizontal:disabled {{ background: {border}; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {accent}; width: 14px; height: 14px; margin: -5px 0;
    border-radius: 7px; border: 2px solid {surface}; }}
QSlider::handle:horizontal:hover {{ background: {accent_hover}; }}
QSlider::handle:horizontal:focus {{ border-color: {text}; }}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{
    background: {border}; }}

QToolButton[chip="true"] {{ background: {raised}; border: 1px solid {control}; border-radius: 11px;
    padding: 2px 9px; font-size: 12px; }}
QToolButton[chip="true"]:focus {{ border: 2px solid {accent}; padding: 1px 8px; }}
QToolButton[chip="true"]:hover {{ border-color: {accent}; }}
QFrame#filter_chips {{ background: {surface}; border-bottom: 1px solid {border}; }}
QCheckBox, QRadioButton {{ spacing: 8px; }}
QCheckBox::indicator, QListView::indicator,
QTreeView::indicator {{
    width: 16px; height: 16px; border-radius: 4px; border: 1px solid {control};
    background: {raised}; }}
QCheckBox::indicator:checked, QListView::indicator:checked,
QTreeView::indicator:checked {{
    background: {accent}; border-color: {accent};
    image: url("{check}"); }}
QCheckBox::indicator:focus {{ width: 14px; height: 14px; border: 2px solid {accent}; }}
QCheckBox::indicator:checked:focus {{ border-color: {text}; }}
QRadioButton::indicator {{ width: 16px; height: 16px; border-radius: 9px;
    border: 1px solid {control}; background: {raised}; }}
QRadioButton::indicator:checked {{ width: 8px; height: 8px; border: 5px solid {accent};
    background: {on_accent}; }}
QRadioButton::indicator:focus {{ width: 14px; height: 14px; border: 2px solid {accent}; }}
QRadioButton::indicator:checked:focus {{ width: 8px; height: 8px; border: 5px solid {text};
    background: {accent}; }}
QCheckBox:disabled, QRadioButton:disabled {{ color: {disabled}; }}
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled {{ border-color: {border};
    background: {surface}; }}
QCheckBox::indicator:checked:disabled {{ background: {disabled}; border-color: {disabled}; }}
QRadioButton::indicator:checked:disabled {{ border-color: {disabled}; }}

QProgressBar {{ background: {border}; border: none; border-radius: 4px; max-height: 8px;
    min-height: 8px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 4px; }}

QDockWidget {{ color: {muted}; font-size: 11px; font-weight: 700; }}
QDockWidget > QWidget {{ background: {surface}; }}
#drop_line {{ background: {accent}; border-radius: 1px; }}
#photos_panel {{ background: {surface}; }}
QMainWindow::separator {{ background: {border}; width: 1px; height: 1px; }}
QMainWindow::separator:hover {{ background: {accent}; }}
#dock_title {{ background: {surface}; border-bottom: 1px solid {border}; }}

QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 1px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 1px; }}
QScrollBar::handle {{ background: {control}; border-radius: 4px; min-width: 28px;
    min-height: 28px; }}
QScrollBar::handle:hover {{ background: {text}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QListView, QTreeView, QTableView, QPlainTextEdit {{ background: transparent;
    border: 1px solid transparent; outline: none; }}
QListView::item {{ border-radius: 7px; padding: 4px; color: {text};
    border: 1px solid transparent; }}
QListView::item:hover {{ background: {hover}; }}
QListView::item:selected {{ background: {selected}; color: {text}; border-color: {accent}; }}
QPlainTextEdit, QTableView, QTreeView, QTextBrowser {{ border: 1px solid {border};
    border-radius: 7px; }}
#distances, #place_list {{ border: 1px solid {control}; border-radius: 7px; }}
#distances:focus, #place_list:focus {{ border: 2px solid {accent}; }}
QListView:focus, QPlainTextEdit:focus, QTableView:focus, QTreeView:focus, QTextBrowser:focus {{
    border: 1px solid {accent}; border-radius: 7px; }}

QStatusBar {{ background: {surface}; border-top: 1px solid {border}; color: {muted}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ color: {muted}; font-size: 12px; padding: 1px 7px; }}
QStatusBar QPushButton {{ font-size: 12px; padding: 1px 6px; }}
QStatusBar QPushButton:focus {{ padding: 0 5px; }}
QStatusBar QPushButton[alarm="true"] {{ color: {danger}; font-weight: 600; }}
QStatusBar QLabel#cursor_values {{ color: {text}; }}

#start_page, #stage_page {{ background: {window}; }}
#drop_overlay {{ background: {window}; }}
QFrame[drop="true"] {{ border: 2px dashed {control}; border-radius: 16px; background: {surface}; }}
QFrame[drop="true"][armed="true"] {{ border-color: {accent}; background: {hover}; }}
#drop_zone {{ border: 2px dashed {control}; border-radius: 16px; background: {surface}; }}
#drop_zone[armed="true"] {{ border-color: {accent}; background: {selected}; }}
#card {{ background: {surface}; border: 1px solid {border}; border-radius: 14px; }}
#banner {{ background: {warning_surface}; border: none; border-bottom: 1px solid {border}; }}
#run_watch {{ background: {surface}; border: 1px solid {border}; border-radius: 10px; }}
#what_if_banner {{ background: {warning_surface}; border: 1px solid {warning};
    border-radius: 6px; }}
QLabel[role="badge"] {{ background: {warning_surface}; color: {warning};
    border: 1px solid {warning}; border-radius: 4px; padding: 3px 7px; font-weight: 600; }}
#banner QLabel, #what_if_banner QLabel, #banner QPushButton {{ color: {warning}; }}
#banner QPushButton {{ text-decoration: underline; }}
#banner QPushButton:focus {{ border-color: {warning}; }}
#refused_strip QLabel, #refused_strip QPushButton {{ color: {warning}; }}
#refused_strip {{ background: {warning_surface}; border-radius: 8px; }}
#refused_strip QPushButton {{ background: transparent; border: none; padding: 2px 4px;
    text-decoration: underline; }}
QLabel#qt_msgbox_informativelabel {{ min-width: 380px; }}
QLabel#qt_msgbox_label {{ font-weight: 600; }}
#toast {{ background: {raised}; border: 1px solid {accent}; border-radius: 10px; }}
#view_heading {{ background: {surface}; border-bottom: 1px solid {border}; }}
#no_gl_view, #map_strip {{ background: {stage}; }}
#chip {{ background: {raised}; border: 1px solid {border}; border-radius: 9px; padding: 1px 8px;
    color: {muted}; font-size: 12px; }}
"""


def style_sheet(tokens: Colors) -> str:
    """Qt style sheet of a theme."""
    colors = dict(vars(tokens))
    theme = "dark" if tokens.is_dark else "light"
    colors["check"] = (ART_DIR / f"check_{theme}.svg").as_posix()
    colors["arrow"] = (ART_DIR / f"arrow_{theme}.svg").as_posix()
    return _SHEET.format(**colors)
