"""The audit as a spec and a plan, and its verdict on finals made up for the purpose."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sims.errors import ParamError
from sims.events import Diverged, Evaluation, Event, Finished
from sims.experiments import rebuild
from sims.range_test import Audit, RangeTest, Verdict, finals, verdict

# The spec and its plan


def test_the_rates_are_a_ladder_around_the_suggestion() -> None:
    assert Audit(centre=0.1, spacing=10, count=5).rates().tolist() == pytest.approx([1e-3, 1e-2, 0.1, 1, 10])
    assert Audit(centre=0.03).rates().tolist() == pytest.approx(
        [0.03 / 27, 0.03 / 9, 0.01, 0.03, 0.09, 0.27, 0.81]
    )


@given(st.floats(1e-8, 100), st.floats(1.5, 10), st.integers(5, 7))
def test_the_suggestion_is_among_the_rates_exactly(centre: float, spacing: float, count: int) -> None:
    audit = Audit(centre=centre, spacing=spacing, count=count)
    assert len(audit.rates()) == count
    assert audit.rates()[audit.suggested] == centre
    assert (np.diff(audit.rates()) > 0).all()


def test_an_audit_keeps_everything_of_the_sweep_but_the_rate() -> None:
    swept = RangeTest(network="batchnorm", optimizer="adam", momentum=0.8, batch_size=32, seeds=4, steps=50)
    audit = Audit.around(swept, 0.02)
    assert audit == Audit(
        centre=0.02, network="batchnorm", optimizer="adam", momentum=0.8, batch_size=32, seeds=4
    )


def test_the_plan_trains_every_rate_constantly_and_measures_it_at_the_end() -> None:
    audit = Audit(centre=0.02, steps=60, optimizer="adam", momentum=0.8, batch_size=32, seeds=2)
    plan = audit.plan()
    assert [set(arm.lrs) for arm in plan.arms] == [{rate} for rate in audit.rates().tolist()]
    assert {len(arm.lrs) for arm in plan.arms} == {60}
    assert {(arm.optimizer, arm.momentum, arm.batch_size) for arm in plan.arms} == {("adam", 0.8, 32)}
    assert (plan.seeds, plan.evaluate_at, plan.stop_factor) == ((0, 1), (60,), 0.0)
    assert plan.arms[3].name == "0.02"


@given(st.builds(Audit, centre=st.floats(1e-8, 100), count=st.integers(5, 7), steps=st.integers(20, 1000)))
def test_a_spec_survives_the_way_through_plain_values(audit: Audit) -> None:
    assert Audit.parse(audit.as_dict()) == audit
    assert rebuild("audit", audit.as_dict()) == audit


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("centre", 0, "Audited rate must be a number between 1e-08 and 100"),
        ("spacing", 1, "Spacing must be a number between 1.5 and 10"),
        ("count", 4, "Rates must be a whole number from 5 to 7"),
        ("steps", 10, "Steps must be a whole number from 20 to 1000"),
        ("seeds", 0, "Seeds must be a whole number from 1 to 5"),
    ],
)
def test_what_is_out_of_range_is_refused(setting: str, value: object, sentence: str) -> None:
    with pytest.raises(ParamError, match=sentence):
        Audit.parse({setting: value})


def test_params_and_fields_agree() -> None:
    audit = Audit()
    assert {param.name for param in Audit.PARAMS} == set(audit.as_dict())
    assert all(getattr(audit, param.name) == param.default for param in Audit.PARAMS)


# The verdict

AUDIT = Audit(centre=0.09, count=5, seeds=2)  # 0.01, 0.03, 0.09, 0.27, 0.81


def judged(*means: float, spread: float = 0.02, audit: Audit = AUDIT) -> Verdict:
    """The verdict on rates with these means, whose seeds differ by `spread` (a standard deviation)."""
    apart = spread / math.sqrt(2)
    return verdict(audit, [[mean - apart, mean + apart] for mean in means])


@pytest.mark.parametrize(
    ("means", "outcome", "best"),
    [
        ([0.9, 0.5, 0.3, 0.4, 2.3], "held", 0.09),  # best of all
        ([0.9, 0.29, 0.3, 0.4, 2.3], "held", 0.03),  # better elsewhere, by less than the spread
        ([0.9, 0.27, 0.3, 0.4, 2.3], "nearly", 0.03),  # by one and a half of it
        ([0.27, 0.5, 0.3, 0.4, 2.3], "nearly", 0.01),  # the same, further away
        ([0.9, 0.2, 0.3, 0.4, 2.3], "nearly", 0.03),  # by five, next door, with 95 % of the progress
        ([0.2, 0.25, 0.3, 0.4, 2.3], "not held", 0.01),  # the same, two doors away
        ([0.9, 0.2, 0.6, 0.9, 2.3], "not held", 0.03),  # next door, with 81 % of the progress
        ([0.9, 0.2, 2.3, 2.3, 2.3], "not held", 0.03),  # the suggestion learned nothing
    ],
)
def test_verdicts_by_eye(means: list[float], outcome: str, best: float) -> None:
    found = judged(*means)
    assert found.outcome == outcome
    assert found.best_lr == pytest.approx(best)
    assert found.lr == 0.09
    assert found.spread == pytest.approx(0.02)
    assert (found.loss, found.best_loss) == pytest.approx((means[2], min(means)))
    assert found.sentence.lower().startswith(outcome + ": after 100 updates at 0.09 the test loss is ")
    assert ("the lowest of all audited rates" in found.sentence) == (best == 0.09)


def test_the_sentence_has_the_numbers() -> None:
    assert judged(0.9, 0.27, 0.3, 0.4, 2.3).sentence == (
        "Nearly: after 100 updates at 0.09 the test loss is 0.300 over 2 seeds, against 0.270 at 0.03; "
        "another seed changes it by about 0.020."
    )


@pytest.mark.parametrize("broken", [math.nan, math.inf, None])
def test_a_suggestion_that_diverged_did_not_hold(broken: float | None) -> None:
    found = verdict(AUDIT, [[0.9, 0.9], [0.4, 0.5], [0.1, broken], [2.0, 2.0], [None, None]])
    assert found.outcome == "not held"
    assert found.sentence == (
        "Not held: 1 of 2 runs at 0.09 diverged; the lowest test loss is 0.450, at 0.03."
    )
    assert math.isnan(found.loss)


def test_a_rate_that_lost_a_seed_is_not_the_best() -> None:
    found = verdict(AUDIT, [[0.9, 0.9], [0.01, math.nan], [0.3, 0.3], [2.0, 2.0], [2.3, 2.3]])
    assert (found.outcome, found.best_lr) == ("held", 0.09)


@pytest.mark.parametrize("everything", [math.nan, 2.303, 9.0])
def test_where_nothing_trained_nothing_held(everything: float) -> None:
    found = verdict(AUDIT, np.full((5, 2), everything))
    assert found.outcome == "not held"
    assert "nor another audited rate beat guessing" in found.sentence
    assert math.isnan(found.best_lr)


def test_a_failing_seed_does_not_excuse_the_suggestion() -> None:
    # Its own spread is huge; were it counted, the gap would seem to be luck.
    found = verdict(AUDIT, [[0.9, 0.9], [0.29, 0.31], [0.3, 2.3], [2.3, 2.3], [2.3, 2.3]])
    assert found.outcome == "not held"
    assert found.spread == pytest.approx(0.014, abs=1e-3)


def test_one_seed_has_no_spread_and_says_so() -> None:
    audit = Audit(centre=0.09, count=5, seeds=1)
    best = verdict(audit, [[0.9], [0.5], [0.3], [0.4], [2.3]])
    near = verdict(audit, [[0.9], [0.25], [0.3], [0.4], [2.3]])
    far = verdict(audit, [[0.2], [0.25], [0.3], [0.4], [2.3]])
    assert [found.outcome for found in (best, near, far)] == ["held", "nearly", "not held"]
    for found in (best, near, far):
        assert math.isnan(found.spread)
        assert " over one seed" in found.sentence
        assert found.sentence.endswith("one seed cannot tell luck from rate.")


@pytest.mark.parametrize("shape", [(5, 1), (4, 2), (2, 5)])
def test_finals_that_do_not_fit_are_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(ParamError, match="5 rates with 2 seeds each"):
        verdict(AUDIT, np.zeros(shape))


def test_finals_are_the_last_evaluations() -> None:
    audit = Audit(count=5, seeds=2, steps=20)
    events: list[Event] = [
        Evaluation(0, 0, 10, 2.0, 0.3, 2000),  # too early
        Evaluation(0, 0, 20, 1.0, 0.7, 2000),
        Evaluation(4, 1, 20, 2.5, 0.1, 2000),
        Diverged(3, 0, 5, 9.0, "non-finite"),
        Finished(1.0),
    ]
    found = finals(audit, events)
    assert found.shape == (5, 2)
    assert (found[0, 0], found[4, 1]) == (1.0, 2.5)
    assert np.isnan(found).sum() == 8
