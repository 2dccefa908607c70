"""Previews never take more than their share."""

from dataclasses import dataclass

from darkroom.previews.budget import Budget


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def spend(clock: Clock, seconds: float) -> bytes:
    clock.now += seconds
    return b""


def test_the_first_time_is_free_and_the_next_when_it_is_affordable() -> None:
    clock = Clock()
    budget = Budget(0.01, clock)

    assert budget.allows()
    budget.timed(lambda: spend(clock, 1.0))
    clock.now += 99
    assert not budget.allows()
    clock.now += 2
    assert budget.allows()


def test_the_next_picture_knows_what_it_costs_and_pays_from_its_own_time() -> None:
    clock = Clock()
    budget = Budget(0.01, clock)
    budget.timed(lambda: spend(clock, 1.0))
    clock.now += 1000

    budget.begin()

    assert budget.last is None
    assert not budget.allows()
    clock.now += 99
    assert not budget.allows()
    clock.now += 2
    assert budget.allows()


def test_over_a_long_run_the_share_is_kept() -> None:
    clock = Clock()
    budget = Budget(0.01, clock)
    spent = 0.0

    for _ in range(10_000):
        clock.now += 0.1
        if budget.allows():
            budget.timed(lambda: spend(clock, 0.05))
            spent += 0.05

    assert 0.005 < spent / clock.now <= 0.0101


def test_a_first_time_that_was_slow_is_forgotten() -> None:
    clock = Clock()
    budget = Budget(0.5, clock)
    budget.timed(lambda: spend(clock, 100.0))

    for _ in range(5):
        clock.now += 300
        assert budget.allows()
        budget.timed(lambda: spend(clock, 1.0))
    clock.now += 3

    assert budget.allows()
