"""The legend of planned rates: how the earlier runs under the present one differ from it."""

import pytest

from components.plan_chart import differences, legend
from sims.explorer import Explorer
from sims.warmup import Warmup


@pytest.mark.parametrize(
    ("before", "told"),
    [
        (Warmup(), "the same settings"),
        (Warmup(lr=0.1), "peak rate 0.1"),
        (Warmup(optimizer="sgd", batch_size=64), "optimiser SGD with momentum, batch size 64"),
        (
            Warmup(lr=0.1, warmup_steps=30, steps=300, seeds=2, momentum=0.5),
            "peak rate 0.1, warmup steps 30, steps 300 and 2 more",
        ),
        (Warmup(arms=("without", "with")), "runs without,with"),
    ],
)
def test_an_earlier_run_is_told_by_what_was_other(before: Warmup, told: str) -> None:
    assert differences(before, Warmup()) == told


def test_a_long_list_is_not_written_out() -> None:
    many = Explorer(schedules=("constant", "linear", "cosine", "one_cycle"))
    assert differences(many, Explorer(schedules=("constant",))) == "other schedules"


def test_every_earlier_run_has_its_entry_after_those_of_the_schedules() -> None:
    plain, more = legend(Warmup()), legend(Warmup(), [Warmup(lr=0.1), Warmup(lr=0.2)])
    said = [entry.children[1] for entry in more[len(plain) :]]
    assert said == ["Earlier: peak rate 0.1", "Earlier: peak rate 0.2"]
