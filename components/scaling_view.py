"""How the demo of the linear scaling rule draws: against images seen, so that batch sizes can be compared."""

from dataclasses import dataclass, replace
from typing import ClassVar

from components.contest_page import ContestView
from components.plan_chart import Display
from components.scaling_result import conclusion
from sims.params import Param, Spec
from sims.scaling import Scaling


@dataclass(frozen=True)
class PerImage(Display):
    """The display of a contest with images along the axis, unless steps or epochs are asked for."""

    x_axis: str = "images"

    PARAMS: ClassVar[tuple[Param, ...]] = tuple(
        replace(param, default="images") if param.name == "x_axis" else param for param in Display.PARAMS
    )


def view(display: Spec) -> ContestView:
    """Return the view of the demo; TypeError for the display of another."""
    if not isinstance(display, PerImage):
        raise TypeError(f"{display!r} is no display of batch sizes")
    return ContestView("scaling", display, Scaling, conclusion)
