"""Speed and time left, measured by a clock that the test moves."""

from darkroom.messages import Phase
from darkroom.tasks.pace import Pace


def test_time_left_counts_the_steps_of_the_pictures_still_to_come() -> None:
    now = iter([0.0, 2.0, 4.0, 6.0])
    pace = Pace(lambda: next(now), count=2, steps=4)

    pace.begin()
    first = pace.stepped(0, 1, 4, None, left=1)
    second = pace.stepped(0, 2, 4, None, left=1)

    assert (first.seconds_per_step, first.seconds_left) == (2.0, 14.0)
    assert (second.seconds_per_step, second.seconds_left) == (2.0, 12.0)


def test_the_speed_follows_the_last_steps() -> None:
    times = [0.0]
    pace = Pace(lambda: times[-1], count=1, steps=40)
    pace.begin()

    for step in range(1, 31):
        times.append(times[-1] + (100.0 if step == 1 else 1.0))
        pace.stepped(0, step, 40, None, left=0)
    times.append(times[-1] + 1.0)
    progress = pace.stepped(0, 31, 40, None, left=0)

    assert progress.seconds_per_step == 1.0
    assert progress.phase == Phase.SAMPLING


def test_a_phase_after_the_steps_tells_as_many_as_there_were() -> None:
    pace = Pace(lambda: 0.0, count=1, steps=7)
    pace.begin()
    # Some schedules take one step more than was asked for.
    pace.stepped(0, 8, 8, None, left=0)

    decoding, encoding = pace.at(Phase.DECODING, 0), pace.at(Phase.ENCODING, 1)

    assert (decoding.step, decoding.steps) == (8, 8)
    assert (encoding.step, encoding.steps) == (0, 8)
