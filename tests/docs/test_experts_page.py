"""docs/experts.md says what the sample gives: its examples, and every figure in its prose."""

import doctest
import re
from collections.abc import Mapping

import pytest

from tests.docs.blocks import ROOT, blocks_of
from tests.docs.experts import figures, reconstruct

PAGE = ROOT / "docs" / "experts.md"
SAID = re.sub(r"\s+", " ", PAGE.read_text(encoding="utf-8"))
PROSE: Mapping[str, tuple[str, ...]] = {
    r"expert 3 wins (\d+) % of all pixels, but (\d+) % of those within 3 pixels of a depth edge; "
    r"and of these, (\d+) % lie on the near side": ("share 3", "band 3", "near 3"),
    r"\*\*the far side\*\*: (\d+) % of all pixels, (\d+) % near edges, "
    r"and only (\d+) % of these on the near": ("share 4", "band 4", "near 4"),
    r"share the surfaces out: (\d+) % and (\d+) % of all pixels, "
    r"but (\d+) % and (\d+) % near edges": (
        "share 1",
        "share 2",
        "band 1",
        "band 2",
    ),
    r"\| 1 \| orange \| (\d+) % \| (\d+) % \| (\d+) %": ("share 1", "band 1", "near 1"),
    r"\| 2 \| blue \| (\d+) % \| (\d+) % \| (\d+) %": ("share 2", "band 2", "near 2"),
    r"\| 3 \| green \| (\d+) % \| (\d+) % \| (\d+) %": ("share 3", "band 3", "near 3"),
    r"\| 4 \| pink \| (\d+) % \| (\d+) % \| (\d+) %": ("share 4", "band 4", "near 4"),
    r"mean entropy is (0\.\d+): (0\.\d+) near edges, (0\.\d+) elsewhere": (
        "entropy",
        "entropy band",
        "entropy elsewhere",
    ),
    r"near edges its median is (\d+) %, more than ten pixels away from them (0\.\d) %": (
        "spread band",
        "spread beyond",
    ),
    r"at (\d+) % of the pixels near edges, where chance": ("winner is best",),
    r"median error \((\d\.\d) % instead of (\d\.\d) % near edges\)": ("oracle", "error band"),
    r"mixture's median error is (\d\.\d) %, plain VGGT's (\d\.\d) %": ("error", "error vggt"),
    r"(\d+) % of the tested edge pixels fly against (\d+) % of VGGT's": ("flying", "flying vggt"),
    r"goes from (0\.\d\d) to (0\.\d\d), near": ("chair", "chair without 3"),
    r"median change is (0\.\d) %": ("change without 3",),
    r"an expert that wins (\d+) % of the outlines": ("band 3",),
}
"""Sentences with figures, and what each figure is."""
ROUNDING = 1.05
"""Of the last digit that is printed: another processor rounds otherwise."""


class NearlyTheSame(doctest.OutputChecker):
    """Words as they are, numbers to one of their last digit."""

    NUMBER = re.compile(r"\d+(?:\.\d+)?")

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        wanted, came = (self.NUMBER.findall(text) for text in (want, got))
        return self.NUMBER.sub("#", want) == self.NUMBER.sub("#", got) and all(
            abs(float(a) - float(b)) <= 1.01 * 10.0 ** -len(a.partition(".")[2])
            for a, b in zip(wanted, came, strict=True)
        )


def test_the_checker_of_examples_notices_other_words_and_numbers():
    check = NearlyTheSame().check_output
    assert check("158 | 0.13\n", "158 | 0.14\n", 0)
    assert not check("158 | 0.13\n", "158 | 0.15\n", 0)
    assert not check("158 | 0.13\n", "160 | 0.13\n", 0)
    assert not check("158 | 0.13\n", "158 : 0.13\n", 0)


@pytest.fixture(scope="module")
def measured() -> Mapping[str, float]:
    return figures(reconstruct())


@pytest.mark.slow
@pytest.mark.parametrize("sentence", PROSE)
def test_the_figures_of_a_sentence_are_those_of_the_sample(
    sentence: str, measured: Mapping[str, float]
):
    found = re.search(sentence, SAID)
    assert found, "the sentence is not on the page any more"
    for text, name in zip(found.groups(), PROSE[sentence], strict=True):
        is_percent = re.match(r" %", SAID[found.end(found.groups().index(text) + 1) :]) is not None
        digits = len(text.partition(".")[2])
        value = measured[name] * (100 if is_percent else 1)
        assert abs(float(text) - value) <= ROUNDING * 0.5 * 10.0**-digits, (name, value)


def test_every_percentage_of_the_page_is_measured():
    """Those of the examples apart, which print theirs."""
    prose = SAID
    for block in blocks_of(PAGE):
        prose = prose.replace(re.sub(r"\s+", " ", block.text), "")
    for sentence in PROSE:
        prose = re.sub(sentence, "", prose)
    left = set(re.findall(r"[\d.]+ %", prose)) - {"25 %"}  # chance, one of four
    assert not left


@pytest.mark.slow
def test_the_examples_print_what_they_say(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(NearlyTheSame())
    said: list[str] = []
    text = "\n".join(block.text for block in blocks_of(PAGE) if block.kind == "pycon")
    runner.run(parser.get_doctest(text, {}, "experts", str(PAGE), 0), out=said.append)
    assert not runner.failures, "".join(said)
    assert runner.tries >= 10
