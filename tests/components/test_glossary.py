"""Terms: whole words become links to their meaning, once a page, and never inside formulas, code or links."""

import contextvars
import re

import pytest

from components import terms
from components.glossary import TERMS, Term
from components.prose import prose
from components.terms import linked
from tests.lesson import PAGES, outlines

PLANNED = {"/", "/range-test", "/schedules", "/warmup", "/cyclical", "/pytorch", "/guidelines", "/exercises"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The loss falls.", "The [loss](/glossary#loss) falls."),
        ("Losses and seeds", "[Losses](/glossary#loss) and [seeds](/glossary#seed)"),
        ("**Warmup** first", "**[Warmup](/glossary#warmup)** first"),
        ("Adam's history", "[Adam](/glossary#adam)'s history"),
        ("an optimizer", "an [optimizer](/glossary#optimiser)"),
        ("cosine annealing", "[cosine annealing](/glossary#cosine-annealing)"),  # the longest term counts
        ("step decay, step", "[step decay](/glossary#step-decay), [step](/glossary#step)"),
        ("the learning\nrate", "the [learning\nrate](/glossary#learning-rate)"),
        ("weights, then loss, loss", "weights, then [loss](/glossary#loss), loss"),
        ("a full-batch method", "a full-batch method"),  # part of another word
        ("schedulers", "[schedulers](/glossary#scheduler)"),
        ("lossless, Adamant", "lossless, Adamant"),
    ],
)
def test_the_first_occurrence_becomes_a_link(text: str, shown: str) -> None:
    assert linked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "## How long is a warmup?",
        "$loss$ and $$\nloss\n$$",
        "so that $\\text{loss}\n= 2$ holds",
        "`loss` and ``a ` loss``",
        "```python\nloss = 1\n```",
        "1. Do\n   ```python\n   loss.backward()\n   ```",
        "[the loss of\nGoyal](https://example.org/loss)",
        "![loss](/loss.png)",
        "| loss | batch |\n|---|---|\n| seed | step |",
        "Warmup\n------",
        "see https://example.org/warmup",
        '<img alt="warmup">',
    ],
)
def test_headings_formulas_code_links_and_tables_stay(text: str) -> None:
    assert linked(text) == text


def test_text_behind_what_stays_is_still_linked() -> None:
    assert linked("# Loss\n\nFor $\\eta$ the `seed`, a seed.") == (
        "# Loss\n\nFor $\\eta$ the `seed`, a [seed](/glossary#seed)."
    )


def test_a_page_links_a_term_once_and_the_next_page_anew() -> None:
    def two_pages() -> list[str]:
        texts = []
        for _ in range(2):
            terms.new_page()
            texts += [prose("A seed.").children, prose("A seed.").children]
        return texts

    assert contextvars.copy_context().run(two_pages) == ["A [seed](/glossary#seed).", "A seed."] * 2
    assert prose("A seed.").children == prose("A seed.").children == "A [seed](/glossary#seed)."


def test_terms_are_unique_exact_and_in_order() -> None:
    assert len(TERMS) >= 40
    names = [name.lower() for term in TERMS for name in (term.name, *term.aliases)]
    assert len(names) == len(set(names))
    assert len({term.anchor for term in TERMS}) == len(TERMS)
    assert [term.name.lower() for term in TERMS] == sorted(term.name.lower() for term in TERMS)
    for term in TERMS:
        assert 30 <= len(term.meaning) <= 260, term.name
        assert term.meaning.endswith("."), term.name
        assert len(re.findall(r"\. [A-Z]", term.meaning)) <= 1, term.name


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.anchor)
def test_a_term_leads_to_a_section_that_exists(term: Term) -> None:
    path, _, anchor = term.where.partition("#")
    assert path in PLANNED
    if path in PAGES and anchor:
        assert anchor in {section.anchor for section in outlines()[path].sections}
