import json

import pytest

from moe3d.errors import UsageError
from moe3d.research.ablations import read_plan, run_plan
from moe3d.research.commands import PLAN, ResultsCommand
from moe3d.research.results import results_text
from moe3d.training.run import RunResult

TEXT = """
seeds = [0, 1]
[shared]
preset = "pair"
[shared.run]
steps = 5
[[run]]
group = "Experts (K)"
name = "2"
mixture.num_experts = 2
[[run]]
group = "Experts (K)"
name = "8"
mixture.num_experts = 8
"""


def layer(absrel, f1=0.2, flying=0.4):
    return {
        "absrel_mean": absrel,
        "absrel_median": absrel,
        "delta1": 0.5,
        "boundary_f1": f1,
        "flying_self": flying,
        "unresolved": 0.1,
    }


def scores(absrel):
    return {
        "layers": {"vggt": layer(0.2), "fused": layer(absrel, f1=0.3, flying=0.1)},
        "num_scenes": 4,
        "num_views": 2,
        "rotation_error_deg": 3.0,
        "rotation_identity_deg": 9.0,
        "usage": [0.75, 0.25],
        "entropy_band": 0.3,
        "entropy_outside": 0.6,
    }


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(TEXT)
    return path


def test_a_plan_is_every_run_with_every_seed(plan_file, tmp_path):
    plan = read_plan(plan_file, tmp_path / "out")
    assert [(run.name, run.seed) for run in plan.runs] == [("2", 0), ("8", 0), ("2", 1), ("8", 1)]
    last = plan.runs[-1].config
    assert (last.mixture.num_experts, last.seed, last.run.steps) == (8, 1, 5)
    assert last.output == tmp_path / "out" / "Experts--K-_8_seed1"


def test_the_shipped_plan_asks_the_papers_questions(tmp_path):
    plan = read_plan(PLAN, tmp_path)
    weights = {run.config.mixture.entropy_weight for run in plan.runs}
    assert weights == {0, 1e-5, 1e-4, 1e-3, 1e-2}
    counts = {run.config.mixture.num_experts for run in plan.runs}
    assert counts == {0, 1, 2, 8}  # 0: the base's four
    assert {run.config.preset for run in plan.runs} == {"moe", "e2e", "head"}
    assert {run.seed for run in plan.runs} == {0, 1, 2}
    assert len({run.folder for run in plan.runs}) == len(plan.runs)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seeds = [0]", r"has no \[\[run\]\]"),
        ('[[run]]\nname = "x"', "run 1 needs a group and a name"),
        (TEXT.replace("num_experts = 8", "experts = 8"), r"run 2, \[mixture\]: .*'experts'"),
    ],
)
def test_a_wrong_plan_is_named(text, message, plan_file, tmp_path):
    plan_file.write_text(text)
    with pytest.raises(UsageError, match=message):
        read_plan(plan_file, tmp_path)


def test_a_plan_goes_on_after_what_has_scores_and_stops_in_time(plan_file, tmp_path):
    out = tmp_path / "out"
    plan, made = read_plan(plan_file, out), []

    def train(config):
        made.append((config.mixture.num_experts, config.seed))
        config.output.mkdir(parents=True)
        (config.output / "metrics.json").write_text("{}")
        return RunResult(config.output, 5, is_finished=True)

    ticks = iter([0.0, 1.0, 2.0, 3.0])
    assert run_plan(plan, out, train, deadline=2.0, clock=lambda: next(ticks)) == 2
    assert made == [(2, 0), (8, 0)]
    assert run_plan(plan, out, train, deadline=99.0, clock=lambda: 0.0) == 0
    assert made[2:] == [(2, 1), (8, 1)]


def test_results_are_means_and_ranges_and_name_what_was_not_run(plan_file, tmp_path):
    out, built_in = tmp_path / "out", tmp_path / "metrics.json"
    plan = read_plan(plan_file, out)
    for run, absrel in zip(plan.runs[::2], (0.10, 0.14), strict=True):  # K = 2, both seeds
        run.config.output.mkdir(parents=True)
        text = json.dumps({"validation": scores(absrel)})
        (run.config.output / "metrics.json").write_text(text)
        (run.config.output / "environment.json").write_text('{"git_commit": "abc"}')
    entry = scores(0.1) | {"seeds": "1 to 4", "size": "56x42"}
    built_in.write_text(json.dumps({"validation": [entry]}))
    text = results_text(built_in, plan, out, "moe3d results")
    assert "Written by `moe3d results`" in text
    assert "MoE3D (soft) / VGGT: abs-rel (scene) 0.500, boundary F1 1.500, FPR_self 0.250." in text
    assert "| 2 | 0, 1 | fused | 0.120 (0.100-0.140) | 0.3000 (0.3000-0.3000) |" in text
    assert "| 0.30 (0.30-0.30) | 0.75 0.25 |" in text
    assert "Not run: 8 (seed 0), 8 (seed 1)." in text
    assert "Commit: abc." in text


def test_evaluations_are_shown_with_their_command_and_data(tmp_path):
    built_in, folder = tmp_path / "metrics.json", tmp_path / "evaluations"
    built_in.write_text('{"validation": []}')
    folder.mkdir()
    cell = {"model": "mini", "column": "auc30", "mean": 0.42661, "median": 0.339}
    other = {"model": "mini", "column": "ate", "mean": None, "median": None, "interval": None}
    record = {
        "title": "pose on synthetic",
        "choices": {"data": "two scenes", "command": "moe3d eval pose"},
        "better": {"auc30": "higher", "ate": "lower"},
        "summary": {
            "cells": [cell | {"interval": {"low": 0.1, "high": 0.9}}, other],
            "differences": [],
        },
    }
    (folder / "pose.json").write_text(json.dumps(record))
    text = results_text(built_in, None, None, "moe3d results", folder)
    assert "### pose on synthetic\n\ntwo scenes. `moe3d eval pose`" in text
    assert "| auc30 | ↑ | 0.4266 [0.1, 0.9] | 0.339 |" in text
    assert "| ate | ↓ | - | - |" in text
    summary = record["summary"]
    summary["cells"] += [one | {"model": "mini-vggt"} for one in summary["cells"]]
    ratio = {"column": "auc30", "ratio": 1.1, "ratio_interval": {"low": None, "high": None}}
    none = {"column": "ate", "ratio": None, "ratio_interval": None}
    summary["differences"] = [one | {"second": "mini-vggt"} for one in (ratio, none)]
    (folder / "pose.json").write_text(json.dumps(record))
    text = results_text(built_in, None, None, "moe3d results", folder)
    assert "| mini / mini-vggt [95 %] |" in text
    assert "| auc30 | ↑ | 0.4266 [0.1, 0.9] | 0.339 | 0.4266 [0.1, 0.9] | 0.339 | 1.1 |" in text
    assert "| ate | ↓ | - | - | - | - | - |" in text
    summary["cells"] += [one | {"model": "mini-refined"} for one in summary["cells"][:2]]
    third = [one | {"second": "mini-refined"} for one in (ratio | {"ratio": 1.3}, none)]
    summary["differences"] += third
    (folder / "pose.json").write_text(json.dumps(record))
    text = results_text(built_in, None, None, "moe3d results", folder)
    assert "| mini / mini-vggt [95 %] | mini / mini-refined [95 %] |" in text
    assert "| 0.4266 [0.1, 0.9] | 0.339 | 1.1 | 1.3 |" in text
    (folder / "pose.json").write_text('{"title": "x"}')
    with pytest.raises(UsageError, match=r"pose\.json: is no summary of an evaluation"):
        results_text(built_in, None, None, "moe3d results", folder)


def test_depth_is_told_under_both_alignments_and_old_records_stay_readable(tmp_path):
    built_in, folder = tmp_path / "metrics.json", tmp_path / "evaluations"
    folder.mkdir()
    entry = scores(0.1) | {"seeds": "1 to 4", "size": "56x42"}
    entry["layers"]["fused"] |= {
        "absrel_photo_mean": 0.06,
        "absrel_photo_median": 0.05,
        "delta1_photo": 0.9,
    }
    built_in.write_text(json.dumps({"validation": [entry]}))
    cell = {"model": "mini", "mean": 0.2, "median": 0.3, "interval": {"low": None, "high": None}}
    record = {
        "title": "boundary on synthetic",
        "choices": {"data": "two scenes", "command": "moe3d eval boundary"},
        "better": {"absrel": "lower"},
        "summary": {"cells": [cell | {"column": "absrel"}], "differences": []},
    }
    (folder / "old.json").write_text(json.dumps(record))
    text = results_text(built_in, None, None, "moe3d results", folder)
    assert "| depth | abs-rel (scene) | median (scene) | δ1 (scene) | abs-rel (photo) |" in text
    assert "| 0.100 | 0.100 | 0.500 | 0.060 | 0.050 | 0.900 |" in text
    assert "| 0.200 | 0.200 | 0.500 | - | - | - |" in text
    assert "| absrel_photo | ↓ | 0.2 | 0.3 |" in text
    record["choices"]["refinement"] = "full: matched"
    record["notes"] = ["mini-refined: raw in 1 of 2 scenes."]
    (folder / "old.json").write_text(json.dumps(record))
    text = results_text(built_in, None, None, "moe3d results", folder)
    assert "`moe3d eval boundary` Refinement: full: matched." in text
    assert "mini-refined: raw in 1 of 2 scenes." in text


def test_a_damaged_result_is_named(tmp_path):
    path = tmp_path / "metrics.json"
    path.write_text("{")
    with pytest.raises(UsageError, match=r"metrics\.json: is no readable JSON .*a result file"):
        results_text(path, None, None, "x")


def test_without_the_runs_their_section_stays_as_the_document_has_it(tmp_path, capsys):
    document = tmp_path / "results.md"
    document.write_text("# Old\n\n## Ablations\n\n| 2 | 0.120 |\n", encoding="utf-8")
    command = ResultsCommand(document, runs=tmp_path / "nowhere", evaluations=tmp_path)
    assert command.run() == 0
    text = document.read_text(encoding="utf-8")
    assert text.startswith("# Results")
    assert text.endswith("\n\n## Ablations\n\n| 2 | 0.120 |\n")
    command.run()
    assert document.read_text(encoding="utf-8") == text
