"""The axes of the warmup demo's charts."""

from typing import Any

from components.figures import axis, layout
from sims.warmup import FIRST, Warmup

LOSS = (0.05, 60.0)
"""What the loss axes span, in nats: fixed, so that nothing jumps while points arrive."""
TICKS = (0.1, 0.3, 1, 3, 10, 30)
TICKED = {"tickvals": list(TICKS), "ticktext": [f"{tick:g}" for tick in TICKS], "showspikes": False}


def loss(contest: Warmup) -> dict[str, Any]:
    """Return the layout of rate and loss."""
    return layout(
        axis("Step", span=(0, contest.steps), anchor="y2"),
        axis(
            "Learning rate",
            span=(0, contest.lr * 1.06),
            domain=(0.74, 1),
            hoverformat=".3g",
            showspikes=False,
        ),
        keep_zoom=f"{contest.steps}-{contest.lr}",
        yaxis2=axis("Training loss", log=True, span=LOSS, domain=(0, 0.68), **TICKED),
        hovermode="x unified",
        hoversubplots="axis",
    )


def first(contest: Warmup) -> dict[str, Any]:
    """Return the layout of the loss of the first updates."""
    return layout(
        axis(f"Step, the first {FIRST}", span=(0, FIRST)),
        axis("Training loss", log=True, span=LOSS, **TICKED),
        keep_zoom=f"{contest.steps}-{contest.lr}",
    )


def weights(contest: Warmup) -> dict[str, Any]:
    """Return the layout of the layers' updates and the gradient's norm."""
    return layout(
        axis("Step", span=(0, contest.steps), anchor="y2"),
        axis(
            "Update / weights",
            log=True,
            span=(1e-5, 3),
            domain=(0.46, 1),
            hoverformat=".2g",
            showspikes=False,
        ),
        keep_zoom=f"{contest.steps}",
        yaxis2=axis("Gradient norm", log=True, span=(1e-3, 300), domain=(0, 0.38), showspikes=False),
        hovermode="x unified",
        hoversubplots="axis",
    )


def sharpness(contest: Warmup) -> dict[str, Any]:
    """Return the layout of the highest stable rate and the rate in use."""
    return layout(
        axis("Step", span=(0, contest.steps)),
        axis("Learning rate", log=True, span=(contest.lr / 300, contest.lr * 100), showspikes=False),
        keep_zoom=f"{contest.steps}-{contest.lr}",
        hovermode="x unified",
    )
