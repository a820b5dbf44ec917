"""Settings of the picture that several charts have in common; none of them changes a run."""

from sims.params import Choice, Float

GROUP = "Picture"


def smoothing(default: float, label: str = "Smoothing", more: str = "") -> Float:
    """Return the setting for the moving average of the loss; `more` is added to its meaning."""
    meaning = f"Weight of the past in the moving average, corrected for its start; 0 is off.{more}"
    return Float(
        name="smoothing", label=label, meaning=meaning, default=default, low=0, high=0.98, group=GROUP
    )


def scale(name: str, label: str, meaning: str, default: str) -> Choice:
    """Return the choice between a linear and a log axis."""
    options = {"linear": "Linear", "log": "Logarithmic"}
    return Choice(name=name, label=label, meaning=meaning, default=default, options=options, group=GROUP)
