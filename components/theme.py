"""Colours, dashes and marker shapes, stated once.

Data colours are from the palette of Okabe and Ito (jfly.uni-koeln.de/color), which colour-blind
people can tell apart; the four used have at least 3:1 contrast on our light and dark paper. What
has no meaning of its own (paper, ink, grid) is a CSS variable in `assets/lab.css` instead, so that
charts follow light and dark without being sent again.
"""

from typing import Any

BLUE = "#0072B2"
VERMILLION = "#D55E00"
GREEN = "#009E73"
PURPLE = "#CC79A7"
GREY = "#7F858D"

SCHEDULE_LINES = {
    "constant": (GREY, "dash"),
    "step": (VERMILLION, "solid"),
    "multistep": (VERMILLION, "dash"),
    "exponential": (VERMILLION, "dot"),
    "linear": (GREEN, "solid"),
    "polynomial": (GREEN, "dash"),
    "wsd": (GREEN, "dot"),
    "cosine": (BLUE, "solid"),
    "cosine_restarts": (BLUE, "dash"),
    "flat_cosine": (BLUE, "dot"),
    "inverse_sqrt": (BLUE, "dashdot"),
    "one_cycle": (PURPLE, "solid"),
    "triangular": (PURPLE, "dash"),
    "triangular2": (PURPLE, "dot"),
    "exp_range": (PURPLE, "dashdot"),
    "reduce_on_plateau": (GREY, "dot"),
    "without": (VERMILLION, "solid"),
    "with": (BLUE, "solid"),
    "control": (GREY, "dash"),
    "as_was": (VERMILLION, "dash"),
    "forked": (BLUE, "solid"),
    "too_low": (BLUE, "dot"),
    "just_right": (GREEN, "solid"),
    "too_high": (VERMILLION, "dash"),
    "batch_small": (BLUE, "solid"),
    "batch_linear": (VERMILLION, "dash"),
    "batch_sqrt": (GREEN, "dot"),
    "batch_none": (PURPLE, "dashdot"),
    "cosine_right": (BLUE, "solid"),
    "cosine_stairs": (BLUE, "dash"),
    "cosine_slow": (VERMILLION, "solid"),
    "cosine_swings": (GREEN, "dot"),
    "one_cycle_slow": (PURPLE, "dash"),
    "step_dies": (GREY, "dashdot"),
}
"""Colour and dash of each schedule, the same everywhere: a hue for each family, a dash for each member; and of
the runs of the other demos."""

SANS = "Inter, system-ui, sans-serif"


def schedule_line(name: str) -> tuple[str, str]:
    """Return colour and dash of a schedule; one that is new to the registry gets grey, dash-dotted."""
    return SCHEDULE_LINES.get(name, (GREY, "dashdot"))


def tint(colour: str, alpha: float) -> str:
    """Return `colour` (#rrggbb) as an rgba() string with this opacity, 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"


MANTINE: dict[str, Any] = {
    "fontFamily": SANS,
    "headings": {"fontFamily": "'Source Serif 4', Georgia, serif", "fontWeight": "600"},
    "primaryColor": "lab",
    "primaryShade": 7,
    "autoContrast": True,
    "defaultRadius": "sm",
    "cursorType": "pointer",
    "colors": {
        "lab": [
            "#eaf4fb", "#d3e6f4", "#a6cdea", "#75b2df", "#4d9cd6", "#338ed1", "#0f7cc4", "#0069a6", "#005a90", "#00466f",
        ]
    },
}  # fmt: skip
