"""The benchmarks' table and JSON, from made-up measurements: what a release is judged by must not lie."""

from pathlib import Path
from statistics import median

import orjson
import pytest

from benchmarks.__main__ import FIGURES, arguments
from benchmarks.bench import Bench
from benchmarks.machine import facts
from benchmarks.result import Result, in_turn, p95
from benchmarks.table import as_json, table
from benchmarks.trace import Trace, phases
from darkroom.messages import Phase

MET = Result(figure="step time", case="toy", bound=1.02, ours=(1.0, 1.1, 9.0), against=(1.0, 1.1, 1.2))
MISSED = Result(figure="first snapshot", case="process", bound=0.5, ours=(0.6, 0.7, 0.8), note="torch was not imported")
NOT_HERE = Result(figure="automatic precision", case="sd15", bound=0.65, note="not applicable: no bf16 units")


def test_a_ratio_is_one_of_medians_and_one_bad_sample_does_not_decide_it() -> None:
    assert MET.value == 1.0
    assert MET.verdict == "met"


def test_the_bound_itself_is_met_and_anything_above_is_missed() -> None:
    at = Result(figure="f", case="c", bound=0.5, ours=(1.0,), against=(2.0,))
    above = Result(figure="f", case="c", bound=0.5, ours=(1.0001,), against=(2.0,))
    assert (at.verdict, above.verdict) == ("met", "missed")


def test_what_does_not_apply_is_neither_met_nor_missed() -> None:
    assert (NOT_HERE.value, NOT_HERE.verdict) == (None, "not applicable")


def test_a_percentile_is_a_sample_that_was_seen() -> None:
    assert p95([float(number) for number in range(1, 101)]) == 95
    assert p95([3.0]) == 3
    slow = Result(figure="f", case="c", bound=1, ours=[1.0] * 94 + [7.0] * 6, against=(1.0,), summary=p95)
    assert slow.value == 7


def test_the_sides_are_measured_in_turn_and_every_second_round_goes_backwards() -> None:
    order: list[str] = []

    def side(name: str, seconds: float) -> list[float]:
        order.append(name)
        return [seconds]

    ours, against = in_turn(4, lambda: side("ours", 1.0), lambda: side("plain", 2.0))
    assert order == ["ours", "plain", "plain", "ours", "ours", "plain", "plain", "ours"]
    assert (ours, against) == ([1.0] * 4, [2.0] * 4)


def test_the_table_has_a_line_for_each_result_and_the_notes_below() -> None:
    lines = table([MET, MISSED, NOT_HERE]).splitlines()
    assert lines[2].split() == ["step", "time", "toy", "1.1", "s", "1.1", "s", "1.000", "<=", "1.02", "met"]
    assert "700 ms" in lines[3]
    assert lines[3].endswith("missed")
    assert lines[4].endswith("not applicable")
    assert lines[-1] == "automatic precision, sd15: not applicable: no bf16 units"
    assert len({line.index("<=") for line in lines[2:5]}) == 1


def test_the_json_keeps_every_sample_and_says_where_it_was_measured() -> None:
    read = orjson.loads(orjson.dumps(as_json(facts(threads=2), [MET, NOT_HERE])))
    first, second = read["results"]
    assert read["machine"]["threads"] == 2
    assert set(read["machine"]) >= {"cpu", "cores", "bf16 units", "torch", "diffusers", "python"}
    assert first["ours"] == [1.0, 1.1, 9.0]
    assert first["value"] == median(first["ours"]) / median(first["against"])
    assert second["value"] is None


def test_every_figure_can_be_asked_for_alone_and_a_wrong_name_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert arguments([*FIGURES]).figures == list(FIGURES)
    with pytest.raises(SystemExit):
        arguments(["speed"])
    assert "no figure is called speed" in capsys.readouterr().err


def test_sd15_is_left_out_on_request(tmp_path: Path) -> None:
    assert [case.name for case in Bench(cache=tmp_path, full=False).cases()] == ["starter", "toy"]
    assert [case.name for case in Bench(cache=tmp_path, full=True).cases()] == ["starter", "toy", "sd15"]


def test_moments_of_a_phase_lie_in_it() -> None:
    sampled = [(Phase.SAMPLING, 3.0), (Phase.SAMPLING, 5.0)]
    trace = Trace(reports=[(Phase.ENCODING, 0.0), *sampled, (Phase.DECODING, 5.0), (Phase.SAVING, 9.0)])
    spans = phases(trace)
    assert (spans.encoding, spans.sampling, spans.decoding) == (1.0, 4.0, 4.0)
    assert spans.moment(Phase.SAMPLING, 0.5).delay == 3.0
    assert spans.moment(Phase.DECODING, 0.25).delay == 1.0
