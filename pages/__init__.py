"""The pages in the order of the lesson; each module is one page: its layout and its few callbacks."""

from dash import Dash

from components.follow import Followers
from components.router import Page
from pages import (
    cyclical,
    exercises,
    fork,
    glossary,
    guidelines,
    home,
    pytorch,
    range_test,
    schedules,
    warmup,
)
from sims.engine import Engine


def build(app: Dash, engine: Engine, followers: Followers) -> tuple[Page, ...]:
    """Return every page, its callbacks wired to the engine."""
    chapters = (
        home.build(app, engine, followers),
        fork.build(app, engine, followers),
        range_test.build(app, engine, followers),
        schedules.build(app, engine, followers),
        warmup.build(app, engine, followers),
        cyclical.build(app, engine, followers),
        pytorch.build(app, engine, followers),
        guidelines.build(app, engine, followers),
        exercises.build(app),
    )
    return (*chapters, glossary.build({page.path: page.title for page in chapters}))
