"""The settings of a fork: which line of which run, where it is forked, and what becomes of the rate."""

from dataclasses import dataclass

from sims.params import Choice, Float, Int, Param

DEFAULT = "schedules=constant&seeds=5"
"""Settings of the explorer's run that is forked unless another is named: constant rates around 0.1."""


@dataclass(frozen=True, kw_only=True)
class Origin(Param):
    """A part of the description of the run that is forked: text of at most `most` characters."""

    default: str
    most: int

    def accept(self, raw: object) -> str:
        """Return `raw` unchanged where it is text and short enough; ParamError otherwise."""
        if not isinstance(raw, str) or len(raw) > self.most:
            raise self.refuse(raw, f"text of at most {self.most} characters")
        return raw


FORK: tuple[Param, ...] = (
    Origin(name="kind", label="Experiment", meaning="What is forked.", default="explorer", most=40),
    Origin(
        name="settings",
        label="Settings of the run to fork",
        meaning="As its address has them.",
        default=DEFAULT,
        most=1000,
    ),
    Int(
        name="line",
        label="Line",
        meaning="Which line of the run, counted from 0.",
        default=1,
        low=0,
        high=99,
    ),
    Int(
        name="at",
        label="Fork at step",
        meaning="The first update at the other rate, before the last one of the run.",
        group="Fork",
        default=250,
        low=1,
        high=10_000,
        unit="updates",
        reach=(1, 400),
    ),
    Float(
        name="factor",
        label="Factor",
        meaning="The rate from there on, as a multiple of what the run would have used at that step.",
        group="Fork",
        default=0.1,
        low=0.001,
        high=10.0,
        log=True,
    ),
    Choice(
        name="then",
        label="And then",
        meaning="What the rate does after the fork.",
        group="Fork",
        default="hold",
        options={
            "hold": "Stay at that rate",
            "decay": "Fall to 0 in a straight line",
            "shape": "Go on as planned, times the factor",
        },
    ),
)
