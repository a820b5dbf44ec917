"""Events go to the wire and back without loss, whatever their numbers are."""

import json
import math

import pytest

from sims import events
from sims.events import (
    Diverged,
    Evaluation,
    Event,
    Failed,
    Finished,
    Layers,
    Paused,
    Resumed,
    Sharpness,
    Started,
    Step,
    Stopped,
)

EXAMPLES: list[Event] = [
    Started("cpu", "2.13.0", "tcp://127.0.0.1:1", 1.5),
    Step(0, 1, 2, 2.3, 1e-5, 0.9, 0.1, 1e-4),
    Layers(0, 1, 2, (1e-3, 0.25, math.inf)),
    Layers(0, 1, 2, ()),
    Sharpness(2, 0, 20, -1.5),
    Evaluation(1, 0, 100, 0.3, 0.91, 2000),
    Diverged(0, 2, 83, 1.7, "non-finite"),
    Paused(3),
    Resumed(3),
    Finished(1.25),
    Stopped(0.5, "You stopped it."),
    Failed("The file is damaged."),
]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_there_and_back(event: Event) -> None:
    assert events.from_wire(json.loads(json.dumps(events.to_wire(event)))) == event


def test_a_tuple_comes_back_as_a_tuple() -> None:
    row = json.loads(json.dumps(events.to_wire(Layers(0, 0, 3, (0.5, 0.25)))))
    layers = events.from_wire(row)
    assert isinstance(layers, Layers)
    assert type(layers.ratios) is tuple
    assert {layers}  # a list in it could not be hashed


def test_every_kind_of_event_has_an_example() -> None:
    assert {type(event) for event in EXAMPLES} == set(events._BY_NAME.values())


def test_infinities_arrive() -> None:
    row = json.loads(json.dumps(events.to_wire(Step(0, 0, 0, 1.0, 0.1, 0.9, math.inf, math.nan))))
    step = events.from_wire(row)
    assert isinstance(step, Step)
    assert math.isinf(step.grad_norm)
    assert math.isnan(step.update_ratio)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError):
        events.from_wire(["Exploded", 1])
