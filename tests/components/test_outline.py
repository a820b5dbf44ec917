"""Reading a page's sections and words from its components."""

from dash import dcc, html

from components.outline import plain, read, slug


def test_slugs() -> None:
    assert slug("How long does it have to be?") == "how-long-does-it-have-to-be"
    assert slug("Why: the sharpness meter") == "why-the-sharpness-meter"
    assert slug("The learner’s rate, Müller (2017)") == "the-learners-rate-müller-2017"
    assert slug("triangular2 & exp_range") == "triangular2-exp_range"


def test_markdown_as_text() -> None:
    text = plain(
        "A **[loss](/glossary#loss)** of $\\ln 10$ for $\\eta_t$:\n\n$$\nx\n$$\n\n- one\n- `two`\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert text == "A loss of ln 10 for ηt: one two a b 1 2"


def test_an_outline_follows_the_page() -> None:
    page = html.Article(
        [
            dcc.Store(id="x", data="not a word of the page"),
            dcc.Markdown(
                "# Head\n\nBegin.\n\n## First\n\nOne.\n\n```python\n# no heading\n```\n\n### Below\n\nTwo."
            ),
            html.Section([html.H2("In the widget"), "hidden"], className="widget wide"),
            html.Div([html.H2(["Made ", html.Em("here")]), html.P(["Three ", html.B("words")])]),
            dcc.Markdown(["## First", "Again, $\\eta$."]),
            html.H3("Own", id="its-own"),
            None,
        ]
    )
    outline = read(page, "Name")
    assert outline.title == "Head"
    assert [(s.title, s.anchor, s.text) for s in outline.sections] == [
        ("", "", "Begin."),
        ("First", "first", "One."),
        ("Below", "below", "Two."),
        ("Made here", "made-here", "Three words"),
        ("First", "first-2", "Again, η."),
        ("Own", "its-own", ""),
    ]
