"""The schedules, against facts about Stable Diffusion's noise levels."""

import pytest
import torch

from darkroom.messages import Schedule
from darkroom.sampling.sigmas import SCHEDULES, NoiseTable, sigmas_for

TABLE = NoiseTable.scaled_linear()


def test_the_table_ends_where_stable_diffusion_was_trained() -> None:
    assert float(TABLE.smallest) == pytest.approx(0.0292, abs=1e-4)
    assert float(TABLE.largest) == pytest.approx(14.6146, abs=1e-4)
    assert len(TABLE.sigmas) == 1000


def test_every_schedule_of_the_contract_has_a_function() -> None:
    assert set(SCHEDULES) == set(Schedule)


@pytest.mark.parametrize("schedule", list(Schedule))
@pytest.mark.parametrize("steps", [1, 2, 8, 20, 999, 1000])
def test_schedules_go_down_to_zero_and_stay_in_the_table(schedule: Schedule, steps: int) -> None:
    sigmas = sigmas_for(schedule, TABLE, steps)

    assert bool((sigmas[:-1] > sigmas[1:]).all())
    assert sigmas[-1] == 0
    assert float(sigmas[0]) <= float(TABLE.largest) * (1 + 1e-5)
    assert float(sigmas[-2]) >= float(TABLE.smallest) * (1 - 1e-5)


@pytest.mark.parametrize("schedule", [schedule for schedule in Schedule if schedule != Schedule.DDIM_UNIFORM])
def test_the_number_of_steps_is_what_was_asked_for(schedule: Schedule) -> None:
    assert len(sigmas_for(schedule, TABLE, 13)) == 14


def test_ddim_uniform_may_take_one_step_more() -> None:
    assert len(sigmas_for(Schedule.DDIM_UNIFORM, TABLE, 7)) == 9


def test_dropping_the_penultimate_sigma_keeps_the_number_of_steps() -> None:
    longer = sigmas_for(Schedule.KARRAS, TABLE, 9)

    dropped = sigmas_for(Schedule.KARRAS, TABLE, 8, drop_penultimate=True)

    assert torch.equal(dropped, torch.cat([longer[:8], longer[-1:]]))


def test_a_sigma_of_the_table_finds_its_own_timestep() -> None:
    found = [int(TABLE.timestep(TABLE.sigmas[index])) for index in (0, 1, 500, 998, 999)]

    assert found == [0, 1, 500, 998, 999]


def test_the_timestep_of_a_sigma_in_between_is_the_nearer_one() -> None:
    between = (0.9 * TABLE.log_sigmas[400] + 0.1 * TABLE.log_sigmas[401]).exp()

    assert int(TABLE.timestep(between)) == 400
