"""The range test as a spec and a plan, and the three regions of curves of known shape."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.errors import ParamError
from sims.experiments import rebuild
from sims.plan import Arm, Plan
from sims.range_test import RangeTest, Regions, regions, summary
from tests.sims.curves import flat, sweep, u_curve

# The spec and its plan


def test_the_defaults_sweep_six_decades_in_100_steps_over_three_seeds() -> None:
    plan = RangeTest().plan()
    assert [len(arm.lrs) for arm in plan.arms] == [100]
    assert (plan.arms[0].lrs[0], plan.arms[0].lrs[-1]) == (1e-5, 10.0)
    assert (plan.seeds, plan.network, plan.stop_factor) == ((0, 1, 2), "small", 4.0)
    assert (plan.arms[0].optimizer, plan.arms[0].momentum, plan.arms[0].batch_size) == ("sgd", 0.9, 64)


def test_every_setting_reaches_the_plan() -> None:
    spec = RangeTest(1e-4, 1.0, 20, 0.0, "batchnorm", "adamw", 0.8, 16, 1)
    arm = Arm("sweep", tuple(spec.rates().tolist()), "adamw", 0.8, 0.0, 16)
    assert spec.plan() == Plan((arm,), (0,), "batchnorm", 0.0)


def test_rates_multiply_by_one_factor() -> None:
    rates = RangeTest(lr_min=1e-4, lr_max=1.0, steps=21).rates()
    assert rates[:6].tolist() == pytest.approx([1e-4, 1.585e-4, 2.512e-4, 3.981e-4, 6.310e-4, 1e-3], rel=1e-3)
    assert rates[[5, 10, 15, 20]].tolist() == pytest.approx([1e-3, 1e-2, 0.1, 1.0])
    assert rates[1:] / rates[:-1] == pytest.approx(np.full(20, 10**0.2))


@given(st.floats(1e-8, 1), st.floats(10, 1e4), st.integers(20, 1000))
def test_rates_begin_and_end_exactly(low: float, ratio: float, steps: int) -> None:
    high = min(low * ratio, 100.0)
    if high < max(10 * low, 1e-7):
        return
    rates = RangeTest(lr_min=low, lr_max=high, steps=steps).rates()
    assert (len(rates), rates[0], rates[-1]) == (steps, low, high)
    assert (np.diff(rates) > 0).all()


@given(
    st.builds(RangeTest, steps=st.integers(20, 1000), seeds=st.integers(1, 5), momentum=st.floats(0, 0.99))
)
def test_a_spec_survives_the_way_through_plain_values(spec: RangeTest) -> None:
    assert RangeTest.parse(spec.as_dict()) == spec
    assert rebuild("range_test", spec.as_dict()) == spec
    assert RangeTest.parse({name: str(value) for name, value in spec.as_dict().items()}) == spec


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("lr_min", 1e-9, "Lowest rate must be a number between 1e-08 and 1"),
        ("lr_max", 101, "Highest rate must be a number between 1e-07 and 100"),
        (
            "lr_max",
            5e-5,
            "Highest rate must be at least 10 times the lowest rate; 5e-05 and 1e-05 were given",
        ),
        ("steps", 19, "Steps must be a whole number from 20 to 1000"),
        ("steps", 20.5, "Steps must be a whole number from 20 to 1000"),
        ("batch_size", 7, "Batch size must be a whole number from 8 to 512"),
        ("momentum", 1, "Momentum must be a number between 0 and 0.99"),
        ("seeds", 6, "Seeds must be a whole number from 1 to 5"),
        ("optimizer", "lion", "Optimiser must be one of sgd, adam, adamw"),
        ("network", "vit", "Network must be one of small, batchnorm"),
        ("stop_factor", -1, "Stop factor must be a number between 0 and 100"),
        ("stop_factor", 1.2, "Stop factor must be 0 \\(off\\) or between 1.5 and 100; 1.2 was given"),
        ("lr_min", math.nan, "Lowest rate must be a number"),
        ("speed", 1, "There is no setting called 'speed'"),
    ],
)
def test_what_is_out_of_range_is_refused(setting: str, value: object, sentence: str) -> None:
    with pytest.raises(ParamError, match=sentence):
        RangeTest.parse({setting: value})


def test_params_and_fields_agree() -> None:
    spec = RangeTest()
    assert {param.name for param in RangeTest.PARAMS} == set(spec.as_dict())
    for param in RangeTest.PARAMS:
        assert getattr(spec, param.name) == param.default
        assert param.group in ("Sweep", "Training")


# The three regions


def near(rate: float, expected: float, decades: float = 0.2) -> bool:
    return abs(math.log10(rate / expected)) <= decades


def test_a_u_curve_has_all_three() -> None:
    lrs = sweep()
    found = regions(lrs, [u_curve(lrs, falls=1e-2, rises=0.1, noise=0.03, seed=seed) for seed in range(3)])
    assert found is not None
    assert found.flat is not None
    assert found.falling is not None
    assert found.rising is not None
    assert (found.flat[0], found.rising[1]) == pytest.approx((1e-5, 10.0))
    assert found.flat[1] == found.falling[0]
    assert found.falling[1] == found.rising[0]
    assert near(found.falling[0], 3.5e-3)  # where the formula is 0.1 below its start
    assert near(found.falling[1], 0.09, 0.3)  # where the formula is lowest


def test_a_sweep_that_begins_with_the_fall_has_no_flat_region() -> None:
    lrs = sweep(low=1e-2)
    found = regions(lrs, [u_curve(lrs, falls=2e-2, rises=0.2, noise=0.01)])
    assert found is not None
    assert found.flat is None
    assert found.falling is not None
    assert found.falling[0] == pytest.approx(1e-2)


def test_a_sweep_that_ends_with_the_fall_has_no_rising_region() -> None:
    lrs = sweep(high=2e-2)
    found = regions(lrs, [u_curve(lrs, falls=1e-2, noise=0.01)])
    assert found is not None
    assert found.falling is not None
    assert found.falling[1] == pytest.approx(2e-2)
    assert found.rising is None


def test_a_flat_sweep_is_flat_only() -> None:
    lrs = sweep()
    assert regions(lrs, [flat(lrs, 0.05, 1), flat(lrs, 0.05, 2)]) == Regions((lrs[0], lrs[-1]), None, None)


def test_a_sweep_that_only_rises_does_not_fall() -> None:
    lrs = sweep(low=0.1)
    found = regions(lrs, [np.maximum(2.3, 2.3 + 9 * np.log10(lrs))])
    assert found is not None
    assert found.flat is not None
    assert found.falling is None
    assert found.rising is not None
    assert near(found.rising[0], 1.0, 0.3)


@pytest.mark.parametrize("losses", [[[]], [[2.3] * 9], [[math.nan] * 50], [[2.3] * 100, [math.nan] * 100]])
def test_too_little_to_read_has_none(losses: list[list[float]]) -> None:
    assert regions(sweep(), losses) is None


def test_regions_end_where_the_first_seed_does() -> None:
    lrs = sweep()
    whole = u_curve(lrs, falls=1e-3, rises=1e-2)
    cut = int(np.argmin(whole)) + 1
    stopped, broken = whole[: cut + 12], whole.copy()
    broken[cut:] = np.nan
    for other in (stopped, broken):
        found = regions(lrs, [whole, other])
        assert found is not None
        assert found.rising is not None
        assert found.rising[0] <= lrs[cut + 12]
    short = regions(lrs, [whole, whole[: cut - 5]])  # ended by hand: not a blow-up
    assert short is not None
    assert short.rising is None


@pytest.mark.parametrize("losses", [[], [[1.0] * 101]])
def test_losses_that_do_not_fit_are_refused(losses: list[list[float]]) -> None:
    with pytest.raises(ParamError, match="at least one seed"):
        regions(sweep(), losses)


@given(st.lists(st.lists(st.floats(0, 1e9) | st.just(math.nan), max_size=100), min_size=1, max_size=3))
def test_any_losses_have_regions_in_order_or_none(losses: list[list[float]]) -> None:
    found = regions(sweep(), losses)
    assert summary(sweep(), losses).endswith(".")
    if found is not None:
        edges = [edge for span in (found.flat, found.falling, found.rising) if span for edge in span]
        assert edges == sorted(edges)


# The sentence


def test_the_summary_says_where_the_loss_fell_was_lowest_and_rose() -> None:
    lrs = sweep()
    curves = [u_curve(lrs, falls=1e-2, rises=0.1, noise=0.03, seed=seed) for seed in range(3)]
    said = summary(lrs, curves)
    assert said.startswith("The mean loss of 3 seeds began to fall at a rate of 0.00")
    assert "was lowest, " in said
    assert "(each seed alone between " in said
    assert said.endswith("above that rate it rose.")


def test_the_summary_counts_the_seeds_that_blew_up() -> None:
    lrs = sweep()
    curves = [u_curve(lrs, falls=1e-2, rises=0.1, seed=seed) for seed in range(3)]
    curves[1][90:] = np.nan
    assert summary(lrs, curves).endswith("it rose, until 1 of 3 blew up beyond all numbers.")


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        (flat(sweep(), 0.02), "flat within its own noise"),
        (u_curve(sweep(), falls=10.0, rises=100.0), "it had not turned up when the sweep ended"),
        (np.array([]), "gives nothing to read: there are only 0 losses"),
    ],
)
def test_the_summary_is_honest_where_something_is_absent(losses: list[float], said: str) -> None:
    sentence = summary(sweep(), [losses])
    assert sentence.startswith("The loss of the only seed ")
    assert said in sentence
