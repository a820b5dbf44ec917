"""ARIA attributes by their Python names, since a keyword cannot hold a dash."""

from typing import Any


def aria(**attributes: str) -> dict[str, Any]:
    """Return `aria(live="polite")` as {"aria-live": "polite"}, to be unpacked into a component."""
    return {f"aria-{name}": value for name, value in attributes.items()}
