"""This machine as an engine, and what it says of a card that goes away."""

from types import SimpleNamespace

import pytest
import torch

from moe3d.errors import DeviceError
from moe3d.inference import reconstructor
from moe3d.inference.engine import LocalEngine
from moe3d.inference.options import ReconstructionOptions
from moe3d.progress import Progress
from moe3d.scene.records import ViewSet
from tests.scenes import step_prediction

LOST = "CUDA error: no CUDA-capable device is detected\nCUDA kernel errors might be reported later"


def test_a_card_that_goes_away_in_the_middle_is_named_and_the_next_run_loads_anew(monkeypatch):
    loads, answer = [], step_prediction()

    def load(*words, **_options):
        loads.append(words)

        def reconstruct(*_arguments, **_more):
            if len(loads) == 1:
                raise torch.AcceleratorError(LOST)
            return answer

        return SimpleNamespace(reconstruct=reconstruct)

    monkeypatch.setattr(reconstructor, "load_reconstructor", load)
    engine = LocalEngine("mini", "cuda", "auto")

    def run() -> object:
        return engine.reconstruct(ViewSet(()), ReconstructionOptions(), Progress())

    with pytest.raises(DeviceError) as told:
        run()
    words = str(told.value)
    assert "no CUDA-capable device is detected)" in words
    assert "later" not in words
    assert "choose the device cpu" in words
    assert told.value.exit_code == 4
    assert run() is answer
    assert loads == [("mini", "cuda", "auto")] * 2
    assert run() is answer
    assert len(loads) == 2


def test_a_card_that_is_gone_when_the_model_is_loaded_is_named_too(monkeypatch):
    def load(*_words, **_options):
        raise torch.AcceleratorError(LOST)

    monkeypatch.setattr(reconstructor, "load_reconstructor", load)
    with pytest.raises(DeviceError, match="the graphics card failed"):
        LocalEngine().reconstruct(ViewSet(()), ReconstructionOptions(), Progress())


def test_another_error_is_not_taken_for_the_cards(monkeypatch):
    def load(*_words, **_options):
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(reconstructor, "load_reconstructor", load)
    with pytest.raises(RuntimeError, match="shapes differ"):
        LocalEngine().reconstruct(ViewSet(()), ReconstructionOptions(), Progress())
