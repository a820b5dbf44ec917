"""Terms in running text: the first time a page uses one, it becomes a link to its meaning.

Authors mark nothing up. The links are made before the browser sees the Markdown, so nothing is changed
behind React's back; `assets/terms.js` shows the meaning when such a link has the focus or the pointer.
"""

import re
from contextvars import ContextVar

from components.glossary import TERMS, Term

PATH = "/glossary"

KEPT = re.compile(
    r"^[ \t]*(?P<fence>```|~~~).*?^[ \t]*(?P=fence)[ \t]*$"  # code blocks
    r"|\$\$.*?\$\$|(?<!\\)\$[^$]+\$"  # formulas
    r"|(?P<ticks>`+).+?(?P=ticks)"  # code
    r"|!?\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])|<[^>\n]+>|https?://\S+"  # links, images, HTML
    r"|^[ \t]*(?:#{1,6}[ \t]|\|)[^\n]*$|^[^\n]+\n(?:=+|-+)[ \t]*$",  # headings, tables
    re.M | re.S,
)
"""What stays as it is. Formulas and links may run over lines; headings and rows of tables end with theirs."""


def _pattern(name: str) -> str:
    return r"\s+".join(re.escape(word) for word in name.split()).replace(r"\-", "[-‑–]")


_NAMES: dict[str, Term] = {name.lower(): term for term in TERMS for name in (term.name, *term.aliases)}
_WORDS = re.compile(
    r"(?<![\w\\-])(?:"
    + "|".join(
        f"(?P<t{n}>{_pattern(name)})" for n, name in sorted(enumerate(_NAMES), key=lambda e: -len(e[1]))
    )
    + r")(?:s|es)?(?![\w-])",
    re.I,
)
_BY_GROUP = dict(enumerate(_NAMES.values()))

_met: ContextVar[set[str] | None] = ContextVar("terms that the page being built has met", default=None)


def new_page() -> None:
    """Forget which terms were met: from here on, in this task, a page is built."""
    _met.set(set())


def linked(markdown: str) -> str:
    """Return `markdown` with the first occurrence of each term as a link to the glossary.

    Whole words, in any case, singular or plural. Formulas, code, links, headings and tables stay as they
    are. Between `new_page` calls in one task all texts count as one page; elsewhere each text is its own.
    """
    page = _met.get()
    met: set[str] = set() if page is None else page

    def mark(found: re.Match[str]) -> str:
        group = str(found.lastgroup)
        term = _BY_GROUP[int(group[1:])]
        if term.anchor in met:
            return found[0]
        met.add(term.anchor)
        return f"[{found[0]}]({PATH}#{term.anchor})"

    pieces: list[str] = []
    at = 0
    for kept in KEPT.finditer(markdown):
        pieces += [_WORDS.sub(mark, markdown[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*pieces, _WORDS.sub(mark, markdown[at:])])
