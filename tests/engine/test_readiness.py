"""When the engine loads what tasks need, and what it answers without."""

import threading
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from darkroom import Engine, TextToImage
from darkroom.errors import Code
from darkroom.messages import (
    CountTokens,
    EngineChanged,
    EngineState,
    GetSnapshot,
    ListModels,
    Snapshot,
    TokenCount,
)
from following import until
from refusals import refused
from standin import StandIn


async def test_the_engine_is_loaded_on_the_torch_thread_when_a_job_waits(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    def prepare(_: object) -> None:
        loaded.append(threading.current_thread().name)
        raise ImportError("no torch here")

    monkeypatch.setattr("darkroom.engine._Tasks.prepare", prepare)
    async with Engine(home) as engine:
        events = engine.events()
        job = await engine.submit(TextToImage(prompt="x"))

        seen = await until(events, lambda event: isinstance(event, EngineChanged) and event.problem is not None)
        with refused(Code.INTERNAL_ERROR, f"Job {job.id} failed with ImportError: no torch here", "retry it"):
            await job.pictures()

    states = [event.state for event in seen if isinstance(event, EngineChanged)]
    assert states == [EngineState.LOADING_TORCH, EngineState.READY]
    assert set(loaded) == {"torch"}


async def test_looking_at_an_engine_gets_it_ready(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: object) -> None: ...

    monkeypatch.setattr("darkroom.engine._Tasks.prepare", nothing)
    async with Engine(home) as engine:
        events = engine.events()
        snapshot = await engine.handle(GetSnapshot())
        assert isinstance(snapshot, Snapshot)
        assert snapshot.state == EngineState.STARTING

        seen = await until(events, lambda event: event == EngineChanged(state=EngineState.READY))

    assert EngineChanged(state=EngineState.LOADING_TORCH) in seen


async def test_a_window_that_still_asks_is_answered_before_the_engine_loads(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = threading.Event()
    monkeypatch.setattr("darkroom.engine._Tasks.prepare", lambda _: loaded.set())
    monkeypatch.setattr("darkroom.engine.LULL_SECONDS", 1000)
    monkeypatch.setattr("darkroom.engine._networks_are_imported", lambda: False)
    async with Engine(home) as engine:
        events = engine.events()
        await engine.handle(GetSnapshot())
        for _ in range(20):
            await engine.handle(ListModels())
        assert not loaded.is_set()

        await engine.submit(TextToImage(prompt="does not wait for a lull"))
        await until(events, lambda event: event == EngineChanged(state=EngineState.LOADING_TORCH))


async def test_an_engine_that_has_imported_everything_waits_for_no_lull(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("darkroom.engine._Tasks.prepare", lambda _: None)
    monkeypatch.setattr("darkroom.engine.LULL_SECONDS", 1000)
    monkeypatch.setattr("darkroom.engine._networks_are_imported", lambda: True)
    async with Engine(home) as engine:
        events = engine.events()
        await engine.handle(GetSnapshot())

        await until(events, lambda event: event == EngineChanged(state=EngineState.READY))


async def test_tokens_are_counted_without_torch(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        answer = await engine.handle(CountTokens(text="a red boat, (at night:1.3)"))

    assert answer == TokenCount(tokens=6, chunks=1)


async def test_embeddings_count_as_their_vectors_and_unknown_ones_are_named(home: Path) -> None:
    folder = home / "models" / "embeddings"
    folder.mkdir(parents=True)
    save_file({"emb_params": np.zeros((5, 768), np.float32)}, folder / "style.safetensors")
    (folder / "cut.safetensors").write_bytes(b"cut")
    prompt = "a boat, embedding:style, embedding:none, (embedding:cut:1.2) embedding:none embedding:../x"

    async with Engine(home, perform=StandIn()) as engine:
        known = await engine.handle(CountTokens(text="a boat, embedding:style,"))
        answer = await engine.handle(CountTokens(text=prompt))

    assert known == TokenCount(tokens=3 + 5 + 1, chunks=1)
    assert isinstance(answer, TokenCount)
    assert answer.unknown == ("none", "cut", "../x")


async def test_tokens_of_a_text_that_is_no_prompt_are_not_counted(home: Path) -> None:
    async with Engine(home, perform=StandIn()) as engine:
        with refused(Code.BAD_PROMPT, "40000 bytes", "shorten it"):
            await engine.handle(CountTokens(text="x" * 40_000))
