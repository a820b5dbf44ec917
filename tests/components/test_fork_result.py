"""What a fork says at the end, in which words, and what became of a prediction."""

import math

import pytest

from components import fork_origin
from components.fork_origin import described
from components.fork_result import predictions, sentence, truth
from sims.events import Evaluation, Event
from sims.fork import Fork
from sims.ranking import Finish

FORK = Fork.parse({"settings": "schedules=constant&seeds=3", "at": 100})
NAN = math.nan


def finish(*losses: float) -> Finish:
    return Finish("", "", 0, losses, (0.9,) * len(losses))


def said(was: Finish, branch: Finish, events: list[Event] | None = None) -> str:
    return sentence(FORK, was, branch, events or [])


LOWER = finish(0.2, 0.3, 0.25), finish(0.1, 0.21, 0.15)
MIXED = finish(0.2, 0.3, 0.25), finish(0.1, 0.35, 0.3)


def test_a_clear_difference_is_told_with_its_size_and_since_when() -> None:
    events: list[Event] = [
        Evaluation(arm, seed, step, one.losses[seed], 0.9, 1000)
        for step in (110, 400)
        for arm, one in enumerate(LOWER)
        for seed in range(3)
    ]
    text = said(*LOWER, events)
    assert text.startswith(
        "Forked at step 100, with 0.1 times the rate, the run ends at a test loss of 0.153; "
    )
    assert "as it was it ends at 0.250." in text
    assert "0.097 lower on average, lower with 3 of 3: more than the seeds differ." in text
    assert text.endswith("It was so from step 110 on, 10 updates after the fork.")
    higher = said(*LOWER[::-1], events)
    assert "0.097 higher on average, lower with 0 of 3: more than the seeds differ." in higher
    assert "from step" not in higher


def test_what_the_seeds_cannot_tell_is_said_so() -> None:
    assert "0.000 " in said(*MIXED)
    assert said(*MIXED).endswith("no more than the seeds differ.")
    one = Fork.parse({"settings": "seeds=1", "at": 100})
    assert sentence(one, finish(0.2), finish(0.1), []).endswith("One seed cannot tell luck from rate.")


@pytest.mark.parametrize(
    ("was", "branch", "start"),
    [
        (finish(NAN, NAN), finish(NAN, NAN), "Every seed had blown up"),
        (finish(0.1, 0.2), finish(NAN, NAN), "At 0.1 times the rate every seed of the branch blew up"),
        (finish(NAN, NAN), finish(0.1, 0.2), "As it was every seed blew up; forked at step 100"),
        (finish(0.1, NAN), finish(NAN, 0.2), "No seed reached the end in both"),
    ],
)
def test_seeds_that_blew_up_are_told(was: Finish, branch: Finish, start: str) -> None:
    assert said(was, branch).startswith(start)


def test_each_prediction_hears_what_happened() -> None:
    for pair, right in ((LOWER, "lower"), (LOWER[::-1], "higher"), (MIXED, "same")):
        assert truth(*pair) == right
        for option, text in predictions(*pair).items():
            assert ("and so it was" in text) is (option == right)
    assert all("one seed cannot tell" in text for text in predictions(finish(0.2), finish(0.1)).values())


def test_the_run_that_is_forked_is_described_without_a_query_string(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_origin, "PAGES", {})  # which a test that built the app has filled
    values = {
        "kind": "explorer",
        "settings": "lr=0.2&schedules=cosine&steps=300&cosine-eta_min=0.01",
        "line": 0,
    }
    text = "".join(str(piece) for piece in described(values) if isinstance(piece, str))
    assert text == "Forked: Explorer, Cosine; 300 updates, 3 seeds, base rate 0.2, lowest rate 0.01."
    assert described(values | {"kind": "nope"})[0].startswith("The run to fork cannot be trained.")
