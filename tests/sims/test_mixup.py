"""Mix-ups of epochs and updates as settings, lines and a plan: what torch's scheduler gives when stepped like that."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import SGD, Optimizer
from torch.optim import lr_scheduler as sched

from sims.contest import Line
from sims.errors import ParamError
from sims.experiments import rebuild
from sims.mixup import RIGHT, SETUPS, Mixup
from sims.smoothing import Curve

BESIDE = [name for name in SETUPS if name != RIGHT]

TORCH: dict[str, Callable[[Optimizer, int, int], sched.LRScheduler]] = {
    "cosine_right": lambda opt, steps, epochs: sched.CosineAnnealingLR(opt, T_max=steps),
    "cosine_stairs": lambda opt, steps, epochs: sched.CosineAnnealingLR(opt, T_max=epochs),
    "cosine_slow": lambda opt, steps, epochs: sched.CosineAnnealingLR(opt, T_max=steps),
    "cosine_swings": lambda opt, steps, epochs: sched.CosineAnnealingLR(opt, T_max=epochs),
    "one_cycle": lambda opt, steps, epochs: sched.OneCycleLR(opt, max_lr=0.1, total_steps=steps),
    "one_cycle_slow": lambda opt, steps, epochs: sched.OneCycleLR(opt, max_lr=0.1, total_steps=steps),
    "step_dies": lambda opt, steps, epochs: sched.StepLR(opt, step_size=-(-epochs // 3)),
}
PER_EPOCH = {"cosine_stairs", "cosine_slow", "one_cycle_slow"}


def line(made: Mixup, name: str) -> Line:
    (found,) = (line for line in made.lines() if line.style == name)
    return found


def rates(name: str, **settings: Any) -> Curve:
    """Return the planned rates of a way to step."""
    made = Mixup(setups=("cosine_slow",) if name == RIGHT else (name,), **settings)
    planned = made.rates(line(made, name))
    assert planned is not None
    return planned


@pytest.mark.parametrize(("steps", "epoch"), [(400, 40), (390, 40), (100, 7), (20, 10)])
@pytest.mark.parametrize("name", SETUPS)
def test_every_update_has_the_rate_that_torch_gives_when_stepped_like_that(
    name: str, steps: int, epoch: int
) -> None:
    optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    scheduler = TORCH[name](optimizer, steps, -(-steps // epoch))
    used = []
    for update in range(steps):
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if name not in PER_EPOCH or (update + 1) % epoch == 0:
            scheduler.step()
    np.testing.assert_allclose(rates(name, steps=steps, epoch_steps=epoch), used, rtol=0, atol=1e-12)


def test_what_the_page_says_of_the_rates() -> None:
    right, stairs, slow = rates(RIGHT), rates("cosine_stairs"), rates("cosine_slow")
    assert right[-1] < 1e-5
    assert slow.min() > 0.998 * 0.1  # hardly moves
    assert np.abs(stairs - right).max() < 0.016  # the two right ways stay together
    swings = rates("cosine_swings")
    assert swings[10] == pytest.approx(0)
    assert swings[20] == pytest.approx(0.1)
    assert sum(swings > 0.0999) == 20  # tops, from update 0 on
    cycle = rates("one_cycle_slow")
    assert (cycle[0], cycle[-1]) == (pytest.approx(0.004), pytest.approx(0.00535, rel=1e-3))
    assert rates("step_dies")[12] == pytest.approx(1e-4)  # a thousandth, after 12 updates


def test_the_plan_holds_these_rates_and_nothing_else_differs() -> None:
    made = Mixup(setups=tuple(BESIDE[:4]), lr=0.05, momentum=0.8)
    arms = made.plan().arms
    assert [arm.name for arm in arms] == [
        SETUPS[name].label for name in SETUPS if name in (RIGHT, *BESIDE[:4])
    ]
    for arm, each in zip(arms, made.lines(), strict=True):
        assert list(arm.lrs) == rates(each.style, lr=0.05).tolist()
        assert (len(arm.lrs), arm.momentum, arm.momenta, arm.batch_size) == (400, 0.8, (), 64)


def test_the_right_one_always_comes_first() -> None:
    for name in BESIDE:
        assert [each.style for each in Mixup(setups=(name,)).lines()] == [RIGHT, name]


def test_a_setup_is_right_where_the_unit_of_its_length_is_that_of_its_steps() -> None:
    assert {name for name, setup in SETUPS.items() if setup.right} == {RIGHT, "cosine_stairs", "one_cycle"}


@pytest.mark.parametrize(
    ("steps", "epoch", "epochs"), [(400, 40, 10), (390, 40, 10), (401, 40, 11), (80, 40, 2)]
)
def test_the_last_epoch_may_be_cut_short(steps: int, epoch: int, epochs: int) -> None:
    assert Mixup(steps=steps, epoch_steps=epoch).epochs == epochs


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"steps": 100, "epoch_steps": 51},
            "An epoch here must be at most half the steps of the run, 50; 51 was given.",
        ),
        ({"epoch_steps": 1}, "An epoch here must be a whole number from 2 to 1000; '1' was given."),
        (
            {"setups": ",".join(BESIDE[:5])},
            "Beside the right one must be at least one and at most 4 of the list; '5 of them' was given.",
        ),
    ],
)
def test_what_does_not_fit_is_told(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ParamError) as error:
        Mixup.parse({name: str(value) for name, value in settings.items()})
    assert str(error.value) == sentence


def test_the_settings_survive_the_way_through_plain_values_and_json() -> None:
    made = Mixup(setups=("step_dies", "cosine_stairs"), epoch_steps=25, lr=0.03)
    told = json.loads(json.dumps(made.as_dict()))
    assert Mixup.parse(told) == made == rebuild("mixup", told)
    assert rebuild("mixup", told).plan() == made.plan()
