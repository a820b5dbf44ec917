"""The demo of the linear scaling rule as settings, lines and a plan, and the distances that are read from its events."""

import json
import math

import numpy as np
import pytest

from sims.data import Data
from sims.errors import ParamError
from sims.events import Evaluation, Step
from sims.experiments import rebuild
from sims.race import Race
from sims.scaling import Scaling, between_seeds, distances, measured
from tests.sims.training import of, run

# Lines and plan


def test_the_large_batch_is_trained_at_k_times_the_rate_at_its_square_root_and_unchanged() -> None:
    made = Scaling()
    assert [line.label for line in made.lines()] == [
        "Batch 32 at 0.01",
        "Batch 128 at 0.04, linear",
        "Batch 128 at 0.02, square root",
        "Batch 128 at 0.01, unchanged",
    ]
    assert [arm.batch_size for arm in made.plan().arms] == [32, 128, 128, 128]
    assert [set(arm.lrs) for arm in made.plan().arms] == [{0.01}, {0.04}, {0.02}, {0.01}]


@pytest.mark.parametrize(
    ("images", "batch", "factor", "small", "large"),
    [
        (12_800, 32, 4, 400, 100),
        (12_900, 32, 4, 400, 100),
        (1000, 32, 16, 16, 1),
        (60_000, 8, 64, 7488, 117),
    ],
)
def test_all_arms_see_as_many_images_in_whole_large_batches(
    images: int, batch: int, factor: int, small: int, large: int
) -> None:
    if large < 2:
        with pytest.raises(ParamError, match="Images seen must be at least 1,024, two updates"):
            Scaling(images=images, batch_size=batch, factor=factor)
        return
    made = Scaling(images=images, batch_size=batch, factor=factor)
    assert made.steps == small
    assert [made.updates(line) for line in made.lines()] == [small, large, large, large]
    assert len({len(arm.lrs) * arm.batch_size for arm in made.plan().arms}) == 1


@pytest.mark.parametrize("settings", [{}, {"images": 25_600, "factor": 16}, {"images": 1300, "factor": 5}])
def test_every_arm_is_measured_after_as_many_images_the_last_of_them_among_them(
    settings: dict[str, int],
) -> None:
    made = Scaling(**settings)  # type: ignore[arg-type]
    arms = made.plan().arms
    seen = {tuple(update * arm.batch_size for update in arm.evaluate_at) for arm in arms}
    assert len(seen) == 1
    assert seen.pop()[-1] == made.steps * made.batch_size
    assert set(made.evaluate_at()) == {update for arm in arms for update in arm.evaluate_at}


def test_only_the_rules_that_are_on_are_trained() -> None:
    assert [line.style for line in Scaling(arms=("none", "linear")).lines()] == [
        "batch_small",
        "batch_linear",
        "batch_none",
    ]


def test_a_warmup_climbs_from_the_small_rate_to_the_scaled_one_and_leaves_the_others_alone() -> None:
    small, linear, root, none = Scaling(warmup_steps=10).plan().arms
    assert set(small.lrs) == set(none.lrs) == {0.01}
    for arm, top in ((linear, 0.04), (root, 0.02)):
        assert arm.lrs[0] == pytest.approx(0.01)
        assert arm.lrs[5] == pytest.approx((0.01 + top) / 2)
        assert set(arm.lrs[10:]) == {top}
        assert len(arm.lrs) == 100


# Settings


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"factor": 1}, "Factor k must be a whole number from 2 to 64; '1' was given."),
        (
            {"batch_size": 256, "factor": 16},
            "The large batch must have at most 2,048 images; 16 times 256 is 4,096.",
        ),
        ({"warmup_steps": 101}, "Warmup of the large batch must be at most its 100 updates; 101 was given."),
        (
            {"steps": 300},
            "Steps follow from the images seen and the batch sizes: 400; 300 was given.",
        ),
        ({"arms": ""}, "Rate of the large batch must be"),
    ],
)
def test_what_does_not_fit_is_told(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ParamError) as error:
        Scaling.parse(settings)
    assert str(error.value).startswith(sentence)


def test_the_settings_survive_the_way_through_plain_values_and_json() -> None:
    made = Scaling(factor=8, arms=("sqrt",), warmup_steps=3, images=6400, optimizer="adam", seeds=2)
    told = json.loads(json.dumps(made.as_dict()))
    assert Scaling.parse(told) == made == rebuild("scaling", told)
    assert rebuild("scaling", told).plan() == made.plan()


# Distances


def evaluations(made: Scaling, losses: dict[tuple[int, int], float]) -> list[Evaluation]:
    """Return measurements of every look, with the loss of each (arm, seed)."""
    return [
        Evaluation(arm, seed, update, loss, 0.9, 1000)
        for (arm, seed), loss in losses.items()
        for update in made.looks(made.lines()[arm])
    ]


def test_the_distance_is_taken_seed_by_seed_and_without_sign() -> None:
    made = Scaling(arms=("linear", "none"), seeds=2)
    told = {(0, 0): 0.5, (0, 1): 0.7, (1, 0): 0.4, (1, 1): 0.9, (2, 0): 0.5, (2, 1): math.inf}
    away = distances(measured(made, evaluations(made, told)))
    assert away.shape == (2, 2)
    assert away[0].tolist() == pytest.approx([0.1, 0.2])
    assert away[1, 0] == 0
    assert math.isnan(away[1, 1])


def test_two_seeds_of_the_small_batch_are_the_yardstick() -> None:
    made = Scaling(arms=("linear",), seeds=3)
    losses = measured(made, evaluations(made, {(0, 0): 0.1, (0, 1): 0.2, (0, 2): 0.4}))
    assert between_seeds(losses) == pytest.approx((0.1 + 0.3 + 0.2) / 3)
    assert math.isnan(between_seeds(losses[:, :1]))


# On real training


def test_the_large_batch_sees_the_images_of_k_small_ones_and_is_measured_where_they_are(mnist: Data) -> None:
    made = Scaling(
        lr=1e-6, arms=("none",), images=1280, seeds=2
    )  # a rate at which weights all but stand still
    events = run(made.plan(), mnist)
    for seed in range(2):
        small = np.array([step.loss for step in of(Step, events, 0, seed)]).reshape(10, 4).mean(1)
        large = [step.loss for step in of(Step, events, 1, seed)]
        assert large == pytest.approx(small.tolist(), abs=1e-3)
        looks = [[event.step for event in of(Evaluation, events, arm, seed)] for arm in range(2)]
        assert looks == [[4 * update for update in looks[1]], list(made.looks(made.lines()[1]))]
        assert [event.images for event in of(Evaluation, events, 1, seed)] == [1000] * 7 + [10_000]
    assert distances(measured(made, events)).max() < 1e-3


def test_losses_are_smoothed_over_as_many_images_whatever_the_batch_size() -> None:
    race = Race(Scaling(seeds=1), 0.9)
    for t in range(40):
        race.take(Step(0, 0, t, float(t // 4 == 9), 0.01, 0.9, 1.0, 0.01))
    for t in range(10):
        race.take(Step(1, 0, t, float(t == 9), 0.04, 0.9, 1.0, 0.01))
    assert race.losses[1].rows[-1] == pytest.approx(race.losses[0].rows[-1])
