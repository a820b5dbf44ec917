"""What a page says, read from its components: its title, its sections with their anchors, and their text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

FENCE = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$", re.M | re.S)
DISPLAY = re.compile(r"\$\$.*?\$\$", re.S)
INLINE = re.compile(r"(?<!\\)\$([^$]+)\$")
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
RULE = re.compile(r"^\s*\|[\s:|-]+\|\s*$", re.M)
HEADING = re.compile(r"^(#{1,3})[ \t]+(.+?)[ \t]*$", re.M)
GREEK = {
    "eta": "η",
    "theta": "θ",
    "lambda": "λ",
    "beta": "β",
    "gamma": "γ",
    "alpha": "α",
    "approx": "≈",
    "infty": "∞",
}


@dataclass
class Section:
    """A heading of a page, its anchor ("" for the page itself), and the plain text up to the next heading."""

    title: str
    anchor: str
    text: str = ""


@dataclass
class Outline:
    """A page's first heading and text, and its sections in order."""

    title: str
    sections: list[Section] = field(default_factory=list)


def slug(heading: str) -> str:
    """Return the anchor of a heading, such as "how-long"; `assets/anchors.js` forms it in the same way."""
    return re.sub(r"[^\w]+", "-", heading.lower().replace("’", "").replace("'", "")).strip("-_")


def _formula(found: re.Match[str]) -> str:
    text = re.sub(r"\\([a-zA-Z]+)", lambda m: GREEK.get(m[1], f" {m[1]} " if m[1] == "ln" else " "), found[1])
    return re.sub(r"[\\{}_^]", "", text).strip()


def plain(markdown: str) -> str:
    """Return Markdown as running text: no code blocks, no display formulas, no markup."""
    text = DISPLAY.sub(" ", FENCE.sub(" ", markdown))
    text = LINK.sub(r"\1", RULE.sub("", INLINE.sub(_formula, text)))
    text = re.sub(r"^\s*(?:[-*]|\d+\.|>)\s+", "", text, flags=re.M)
    return " ".join(re.sub(r"\*+|`+|\|", " ", text).split()).replace(" ,", ",").replace(" .", ".")


def _bare(heading: str) -> str:
    """Return a heading's words as the browser sees them, where a formula is no text."""
    return plain(INLINE.sub("", heading))


def _markdown(text: str) -> Iterator[tuple[int, str]]:
    """Yield (level, heading) and (0, text) for a Markdown source, in order."""
    safe = FENCE.sub("", text)
    at = 0
    for found in HEADING.finditer(safe):
        yield 0, plain(safe[at : found.start()])
        yield len(found[1]), _bare(found[2])
        at = found.end()
    yield 0, plain(safe[at:])


def _words(component: Any) -> str:
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return " ".join(filter(None, map(_words, component)))
    return _words(getattr(component, "children", None) or "")


def parts(component: Any) -> Iterator[tuple[int, str, str]]:
    """Yield (level, text, id) of a component tree in reading order: level 1 to 3 for headings, 0 for text.

    Widgets (class "widget") are left out: what they hold changes while the page is looked at.
    """
    if isinstance(component, str):
        yield 0, component, ""
    elif isinstance(component, list | tuple):
        for child in component:
            yield from parts(child)
    elif component is not None and "widget" not in str(getattr(component, "className", "") or "").split():
        kind = type(component).__name__
        children = getattr(component, "children", None)
        if kind == "Markdown":
            source = "\n".join(children) if isinstance(children, list) else str(children or "")
            yield from ((level, text, "") for level, text in _markdown(source))
        elif kind in ("H1", "H2", "H3"):
            own = getattr(component, "id", None)
            yield int(kind[1]), " ".join(_words(children).split()), own if isinstance(own, str) else ""
        else:
            label = getattr(component, "label", None)
            yield 0, label if kind == "RadioGroup" and isinstance(label, str) else "", ""
            yield from parts(children)


def read(component: Any, name: str) -> Outline:
    """Return the outline of a page's components; `name` is its title where it has no first heading.

    Anchors are unique on the page: the second heading with the same words gets "-2", and so on.
    """
    outline = Outline(name, [Section("", "")])
    used: dict[str, int] = {}
    for level, text, own in parts(component):
        if level == 0:
            section = outline.sections[-1]
            section.text = f"{section.text} {text.strip()}".strip()
        elif level == 1:
            outline.title = text or name
        elif own or slug(text):
            anchor = own or slug(text)
            used[anchor] = used.get(anchor, 0) + 1
            outline.sections.append(
                Section(text, anchor if used[anchor] == 1 else f"{anchor}-{used[anchor]}")
            )
    return outline
