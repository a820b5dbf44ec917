"""What the first page draws of its three rates: all of the loss and accuracy, and where guessing would be."""

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from components import theme
from components.contest_page import ContestView
from components.figures import axis
from components.plan_chart import Display
from sims.audit import UNTRAINED
from sims.contest import Contest
from sims.goldilocks import Goldilocks
from sims.params import Param

OPENING = {"rate_axis": "log", "loss_axis": "linear", "accuracy_from": "0", "smoothing": 0.7}
"""Where the picture differs from that of the other contests: rates a thousandfold apart, runs that
learn nothing, and spikes that a long average would smear over the run."""


@dataclass(frozen=True)
class ThreeRates(Display):
    """How the three rates are drawn; none of it changes the run."""

    rate_axis: str = "log"
    loss_axis: str = "linear"
    smoothing: float = 0.7
    accuracy_from: str = "0"

    PARAMS: ClassVar[tuple[Param, ...]] = tuple(
        replace(param, default=OPENING.get(param.name, param.default)) for param in Display.PARAMS
    )

    def rate(self, contest: Contest, **more: Any) -> dict[str, Any]:
        """Return the rate axis; a log axis has all three rates on it, however far apart they are."""
        if self.rate_axis != "log" or not isinstance(contest, Goldilocks):
            return super().rate(contest, **more)
        span = (contest.low / 3, contest.high * 3)
        return axis("Learning rate", log=True, span=span, hoverformat=".3g", **more)


class GoldilocksView(ContestView):
    """A contest's view with room for a loss that is thrown about, and a line at the loss of guessing."""

    linear = (0.0, 4.0)

    def _layout(self, contest: Contest) -> dict[str, Any]:
        log = self.display.loss_axis == "log"
        drawn = super()._layout(contest)
        across = {"xref": "paper", "yref": "y2"}
        drawn["shapes"] = [
            {
                "type": "line",
                "x0": 0,
                "x1": 1,
                "y0": UNTRAINED,
                "y1": UNTRAINED,
                "line": {"color": theme.tint(theme.GREY, 0.7), "width": 1},
                "layer": "below",
                **across,
            }
        ]
        drawn["annotations"] = [
            {
                "text": "guessing, ln 10",
                "showarrow": False,
                "x": 1,
                "xanchor": "right",
                # An annotation on a log axis stands at the exponent, a shape at the value.
                "y": math.log10(UNTRAINED) if log else UNTRAINED,
                "yanchor": "bottom",
                "yshift": 4,
                "font": {"size": 11},
                **across,
            }
        ]
        return drawn
