"""The real window, the real engine and the starter model: what a person asks for is what lies on the disk."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from darkroom.library.pictures import saved_plan
from darkroom.messages import Sampler, Schedule
from shell.driver import ESCAPE, Window, environment
from shell.hands import READY, ask, choose, files, fill, pictures, runner_of, settings, wait_for_end

pytestmark = pytest.mark.timeout(600)
# Seconds for one thing, the import of torch included, on a busy machine.
PATIENCE = 300
SEED = 20261121
FIELDS = {"Width": 96, "Height": 128, "Steps": 12, "Guidance": 5.5, "Clip skip": 2, "Seed": 2**53 + 1}
LISTS = {"Sampler": Sampler.HEUN, "Schedule": Schedule.KARRAS}
OTHERS = {"Width": 64, "Height": 64, "Steps": 3, "Guidance": 2, "Clip skip": 1, "Seed": 7}
# Every preview that the page shows from now on, by its name.
COLLECT = """
window.previews = new Set();
const look = () => { const key = document.querySelector('canvas.preview')?.dataset.key; if (key) previews.add(key); };
new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def window(display: str, studio: Path) -> Iterator[Window]:
    """One window for the whole file: loading torch and the model takes its time."""
    window = Window(["--home", str(studio / "home")], environment(display, studio / "user"), patience=PATIENCE)
    window.wait("document.documentElement.dataset.ready === 'true'")
    yield window
    window.close()


def test_a_picture_restores_the_settings_it_was_made_with(window: Window, studio: Path) -> None:
    for label, value in FIELDS.items():
        fill(window, label, value)
    for label, name in LISTS.items():
        choose(window, label, name)
    window.type("#negative", "fog, people")
    window.run(COLLECT)
    ask(window, "a red sailboat, ünïcödé 漢字")
    pictures(window, 1)
    shown = settings(window)
    assert len(window.run("return [...previews]")) > 1
    plan, _ = saved_plan(files(studio / "home")[0])
    assert (plan.width, plan.height, plan.steps, plan.guidance) == (96, 128, 12, 5.5)
    assert (plan.clip_skip, plan.seed, plan.sampler, plan.schedule) == (2, 2**53 + 1, *LISTS.values())
    assert (plan.prompt, plan.negative) == ("a red sailboat, ünïcödé 漢字", "fog, people")

    for label, value in OTHERS.items():
        fill(window, label, value)
    choose(window, "Sampler", "auto")
    window.type("#negative", "")
    window.type("#prompt", "something else")
    assert settings(window) != shown
    window.click(".open")
    window.click("[data-action=use]:enabled")
    window.press(ESCAPE)
    window.wait("!document.querySelector('[role=dialog]')")
    assert settings(window) == shown
    window.click("[data-action=generate]")
    pictures(window, 2)
    first, second = files(studio / "home")
    assert saved_plan(second)[0] == plan
    assert first.read_bytes() == second.read_bytes(), "the pixels differ"


def test_a_picture_whose_engine_is_killed_on_the_way_becomes_the_same_picture(window: Window, studio: Path) -> None:
    home = studio / "home"
    *_, before = files(home)
    made = len(files(home))
    window.click("[data-action=generate]")
    window.wait("parseInt(document.querySelector('.step-text')?.textContent) >= 3")
    engine = runner_of(home)
    os.kill(engine, signal.SIGKILL)
    wait_for_end(engine)
    pictures(window, made + 1)
    assert runner_of(home) != engine
    assert saved_plan(files(home)[-1])[0] == saved_plan(before)[0]
    assert files(home)[-1].read_bytes() == before.read_bytes(), "the pixels differ"


def test_a_job_cancelled_at_any_step_leaves_nothing_and_the_next_one_runs(window: Window, studio: Path) -> None:
    before = files(studio / "home")
    fill(window, "Steps", 16)
    for step in random.Random(SEED).sample(range(1, 15), 3):
        ask(window, f"given up at step {step}")
        window.wait(f"parseInt(document.querySelector('.step-text')?.textContent) >= {step}")
        window.press(ESCAPE)
        window.wait(READY)
        assert files(studio / "home") == before
    fill(window, "Steps", 2)
    ask(window, "kept")
    pictures(window, len(before) + 1)
    assert saved_plan(files(studio / "home")[-1])[0].prompt == "kept"
