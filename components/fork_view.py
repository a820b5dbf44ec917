"""What a fork draws: a contest's charts with a mark where the branch begins."""

from typing import Any

from components import theme
from components.contest_page import ContestView
from components.race_view import LOSS, RATE
from sims.contest import Contest
from sims.fork import Fork


class ForkView(ContestView):
    """A view (see `components.follow`) of a fork."""

    def _layout(self, contest: Contest) -> dict[str, Any]:
        drawn = super()._layout(contest)
        if isinstance(contest, Fork):
            x = contest.at * self.display.unit(contest)
            line = {"color": theme.GREY, "width": 1, "dash": "dot"}
            drawn["shapes"] = [
                {
                    "type": "line",
                    "xref": "x",
                    "yref": "paper",
                    "x0": x,
                    "x1": x,
                    "y0": 0,
                    "y1": 1,
                    "line": line,
                }
            ]
            drawn["annotations"] = [
                {
                    "text": "fork",
                    "xref": "x",
                    "yref": "paper",
                    "x": x,
                    "y": (RATE[0] + LOSS[1]) / 2,
                    "xanchor": "left",
                    "yanchor": "middle",
                    "xshift": 3,
                    "showarrow": False,
                    "font": {"size": 12},
                }
            ]
        return drawn
