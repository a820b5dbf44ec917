"""The demo of warmup as settings, arms and a plan; the first peaks; the runs of its map."""

import json

import numpy as np
import pytest

from sims.errors import ParamError
from sims.events import Diverged, Event, Step
from sims.experiments import rebuild
from sims.schedules import curve
from sims.smoothing import Curve
from sims.warmup import FIRST, MAP_LENGTHS, MAP_RATES, MAP_STEPS, Warmup, cells, first_peaks


def rates(warmup: Warmup) -> dict[str, Curve]:
    """Return the planned rates by arm."""
    by_arm = {line.style: warmup.rates(line) for line in warmup.lines()}
    return {arm: planned for arm, planned in by_arm.items() if planned is not None}


def step(arm: int, seed: int, number: int, loss: float) -> Step:
    return Step(arm, seed, number, loss, 0.1, 0.9, 1.0, 0.01)


# Arms and their rates


def test_as_it_opens_three_runs_are_trained_with_adam_and_five_seeds() -> None:
    warmup = Warmup()
    assert [line.style for line in warmup.lines()] == ["without", "with", "control"]
    assert [line.label for line in warmup.lines()] == ["Without warmup", "With warmup", "Same mean rate"]
    assert {arm.optimizer for arm in warmup.plan().arms} == {"adam"}
    assert warmup.plan().seeds == (0, 1, 2, 3, 4)
    assert [param.default for param in Warmup.params()] == [
        warmup.as_dict()[param.name] for param in Warmup.params()
    ]


def test_without_warmup_the_rate_is_the_peak_throughout() -> None:
    assert rates(Warmup())["without"].tolist() == [0.08] * 200


@pytest.mark.parametrize("kind", ["linear", "exponential", "constant"])
@pytest.mark.parametrize("start", [0.0, 0.25, 1.0])
def test_with_warmup_the_rate_climbs_as_its_kind_says_and_stays(kind: str, start: float) -> None:
    warmup = Warmup(lr=0.1, warmup=kind, warmup_steps=20, warmup_start=start, steps=80)
    own = {"warmup": kind, "warmup_steps": 20, "warmup_start": start}
    expected = curve("constant", base_lr=0.1, total_steps=80, **own)  # type: ignore[arg-type]
    assert (rates(warmup)["with"] == expected).all()
    assert rates(warmup)["with"][0] == pytest.approx(0.1 * start)
    assert set(rates(warmup)["with"][20:]) == {0.1}


@pytest.mark.parametrize("kind", ["linear", "exponential", "constant"])
@pytest.mark.parametrize(("length", "start"), [(0, 0.0), (1, 0.0), (30, 0.0), (30, 0.5), (199, 0.0)])
def test_the_control_has_the_mean_rate_of_the_run_with_warmup(kind: str, length: int, start: float) -> None:
    made = rates(Warmup(warmup=kind, warmup_steps=length, warmup_start=start))
    assert len(set(made["control"])) == 1
    assert made["control"].mean() == pytest.approx(made["with"].mean(), rel=1e-12)


def test_the_control_has_it_also_where_the_run_with_warmup_is_off() -> None:
    with_it, alone = Warmup(), Warmup(arms=("control",))
    assert (rates(alone)["control"] == rates(with_it)["control"]).all()
    assert rates(alone)["control"][0] == pytest.approx(0.08 * (180 + 9.5) / 200)


def test_a_warmup_of_no_steps_leaves_three_runs_that_are_alike() -> None:
    made = rates(Warmup(warmup_steps=0))
    assert made["with"].tolist() == made["without"].tolist()
    assert made["control"] == pytest.approx(made["without"])


def test_arms_are_kept_in_their_order_and_can_be_switched_off() -> None:
    assert [line.style for line in Warmup.parse({"arms": "control,without"}).lines()] == [
        "without",
        "control",
    ]


# Errors


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"warmup_steps": 201},
            "Warmup steps must be at most the steps of the run, 200; 201 was given.",
        ),
        ({"warmup": "none"}, "Kind must be one of linear, exponential, constant; 'none' was given."),
        ({"steps": 59}, "Steps must be a whole number from 60 to 1000; '59' was given."),
        ({"lr": 0}, "Peak rate must be a number between 1e-06 and 10; '0' was given."),
        ({"arms": "with,most"}, "Runs must be one or more of without, with, control; 'most' was given."),
        ({"arms": ""}, "Runs must be at least one and at most 3 of the list; nothing was given."),
    ],
)
def test_what_does_not_fit_is_told(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ParamError) as error:
        Warmup.parse(settings)
    assert str(error.value) == sentence


def test_a_warmup_may_last_the_whole_run() -> None:
    made = rates(Warmup(warmup_steps=200))
    assert made["with"].max() < 0.08
    assert made["control"][0] == pytest.approx(0.08 * 99.5 / 200)


# Plan


def test_the_plan_looks_at_layers_and_sharpness() -> None:
    assert (Warmup().plan().layers, Warmup().plan().sharpness_every) == (True, 20)
    assert Warmup(sharpness_every=0).plan().sharpness_every == 0


@pytest.mark.parametrize(("steps", "looks"), [(300, (60, 120, 180, 240, 300)), (61, (12, 24, 37, 49, 61))])
def test_arms_are_measured_five_times(steps: int, looks: tuple[int, ...]) -> None:
    plan = Warmup(steps=steps).plan()
    assert plan.evaluate_at == looks
    assert (plan.evaluate_on, plan.finally_on) == (1000, 10_000)


def test_every_arm_is_given_the_rates_of_its_line_and_is_else_like_the_others() -> None:
    warmup = Warmup(optimizer="sgd", momentum=0.5, batch_size=32)
    arms = warmup.plan().arms
    assert [list(arm.lrs) for arm in arms] == [planned.tolist() for planned in rates(warmup).values()]
    assert {(arm.optimizer, arm.momentum, arm.batch_size, arm.momenta) for arm in arms} == {
        ("sgd", 0.5, 32, ())
    }


# The first peaks


def test_the_first_peak_is_the_highest_loss_of_the_first_updates() -> None:
    warmup = Warmup(arms=("without", "with"), seeds=2)
    events: list[Event] = [
        *(step(0, 0, number, loss) for number, loss in [(0, 2.3), (1, 7.5), (2, 4.0)]),
        step(0, 1, FIRST - 1, 5.0),
        step(0, 1, FIRST, 50.0),
        step(1, 0, 0, 2.4),
        Diverged(1, 0, 1, 2.4, "non-finite"),
    ]
    peaks = first_peaks(warmup, events)
    assert np.array_equal(peaks, [[7.5, 5.0], [2.4, np.nan]], equal_nan=True)


# The map


def test_the_map_has_five_lengths_down_and_five_peak_rates_across() -> None:
    rows = cells(Warmup())
    assert [[spec.lr for spec in row] for row in rows] == [[0.02, 0.04, 0.08, 0.16, 0.32]] * 5
    assert [[spec.warmup_steps for spec in row] for row in rows] == [[n] * 5 for n in (0, 6, 12, 24, 48)]
    assert (len(MAP_LENGTHS), len(MAP_RATES)) == (5, 5)


def test_a_cell_is_one_seed_with_warmup_and_keeps_the_rest_of_the_settings() -> None:
    warmup = Warmup(warmup="exponential", optimizer="adamw", network="batchnorm", batch_size=32)
    for spec in (spec for row in cells(warmup) for spec in row):
        assert (spec.seeds, spec.steps, spec.arms, spec.sharpness_every) == (1, MAP_STEPS, ("with",), 0)
        assert (spec.warmup, spec.optimizer, spec.network, spec.batch_size) == (
            "exponential",
            "adamw",
            "batchnorm",
            32,
        )
        assert len(spec.plan().arms) == 1


def test_cells_do_not_depend_on_how_long_the_demo_runs() -> None:
    assert cells(Warmup(steps=60, seeds=3)) == cells(Warmup(steps=1000, warmup_steps=900))


@pytest.mark.parametrize("lr", [0.06, 1 / 3, 1e-5])
def test_a_cell_survives_the_way_through_plain_values_and_json(lr: float) -> None:
    for spec in (spec for row in cells(Warmup(lr=lr)) for spec in row):
        told = json.loads(json.dumps(spec.as_dict()))
        assert Warmup.parse(told) == spec == rebuild("warmup", told)


@pytest.mark.parametrize(("lr", "given"), [(3, 12), (1e-6, 2.5e-07)])
def test_a_map_beyond_the_range_of_peak_rates_is_refused(lr: float, given: float) -> None:
    with pytest.raises(
        ParamError, match=rf"^Peak rate must be .* '{given:.3g}|^Peak rate must be .* '{given}"
    ):
        cells(Warmup(lr=lr))
