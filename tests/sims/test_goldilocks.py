"""The three rates of the first page as settings, lines and a plan."""

import json

import pytest

from sims.errors import ParamError
from sims.experiments import rebuild
from sims.goldilocks import Goldilocks


def test_there_is_one_line_for_each_rate_from_the_lowest_to_the_highest() -> None:
    lines = Goldilocks(low=0.001, right=0.02, high=3.0).lines()
    assert [line.label for line in lines] == ["Too low, 0.001", "Just right, 0.02", "Too high, 3"]
    assert [line.lr for line in lines] == [0.001, 0.02, 3.0]
    assert len({line.style for line in lines}) == 3
    assert all(line.main for line in lines)


def test_every_rate_stays_what_it_is_at_every_update() -> None:
    made = Goldilocks(steps=50, optimizer="adam", momentum=0.8, batch_size=16, seeds=2)
    plan = made.plan()
    assert [arm.lrs for arm in plan.arms] == [(rate,) * 50 for rate in (made.low, made.right, made.high)]
    assert {(arm.optimizer, arm.momentum, arm.batch_size, arm.momenta) for arm in plan.arms} == {
        ("adam", 0.8, 16, ())
    }
    assert plan.seeds == (0, 1)


def test_all_are_measured_eight_times_the_end_included() -> None:
    assert Goldilocks().evaluate_at() == (38, 75, 112, 150, 188, 225, 262, 300)


def test_the_rate_that_is_just_right_counts_as_the_base_rate_and_is_no_setting_of_its_own() -> None:
    made = Goldilocks(right=0.02)
    assert made.lr == 0.02
    assert "lr" not in made.as_dict()
    assert Goldilocks(right=0.02) == made != Goldilocks(right=0.03)
    with pytest.raises(ParamError, match="no setting called 'lr'"):
        Goldilocks.parse({"lr": 0.02})


@pytest.mark.parametrize("rates", [(0.1, 0.05, 0.6), (0.001, 0.7, 0.6), (0.05, 0.05, 0.6), (0.01, 0.6, 0.6)])
def test_rates_that_do_not_rise_are_refused(rates: tuple[float, float, float]) -> None:
    low, right, high = rates
    with pytest.raises(ParamError) as error:
        Goldilocks(low=low, right=right, high=high)
    assert str(error.value) == (
        "The three rates must rise, too low below just right below too high; "
        f"{low:g}, {right:g} and {high:g} were given."
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"low": 0}, "Too low must be a number between 1e-06 and 100; '0' was given."),
        ({"high": "1e3"}, "Too high must be a number between 1e-06 and 100; '1e3' was given."),
        ({"right": "nan"}, "Just right must be a number between 1e-06 and 100; 'nan' was given."),
        ({"steps": 2001}, "Steps must be a whole number from 20 to 2000; '2001' was given."),
    ],
)
def test_what_is_out_of_range_is_told(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ParamError) as error:
        Goldilocks.parse(settings)
    assert str(error.value) == sentence


def test_the_ends_of_the_range_can_be_trained() -> None:
    plan = Goldilocks(low=1e-6, right=1.0, high=100.0).plan()
    assert [arm.lrs[0] for arm in plan.arms] == [1e-6, 1.0, 100.0]


def test_the_settings_survive_the_way_through_plain_values_and_json() -> None:
    made = Goldilocks(low=1e-4, right=0.01, high=0.2, steps=77, seeds=1)
    told = json.loads(json.dumps(made.as_dict()))
    assert Goldilocks.parse(told) == made == rebuild("goldilocks", told)
    assert rebuild("goldilocks", told).plan() == made.plan()
