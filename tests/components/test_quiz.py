"""Quick checks as the page is built: a registry of all of them, and what the browser is told."""

import pytest
from dash import Dash, html

import app
from components import quiz, recall
from components.quiz import Option, Quiz, quick_check


def question(name: str = "a", text: str = "Which?") -> Quiz:
    return Quiz(name, text, (Option("This", "It is.", right=True), Option("That", "It is not.")))


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Quiz]:
    mine: dict[str, Quiz] = {}
    monkeypatch.setattr(quiz, "REGISTERED", mine)
    monkeypatch.setattr(recall, "REGISTERED", mine)
    return mine


def test_registering_collects_the_questions(registered: dict[str, Quiz]) -> None:
    lab = Dash(__name__)
    quiz.register(lab, question("a"), question("b"))
    quiz.register(lab, question("c"))
    assert list(registered) == ["a", "b", "c"]
    assert [
        inputs["id"] for inputs in lab.callback_map["..a-answer.value...a-feedback.children.."]["inputs"]
    ] == [
        "a-answer",
        "a-again",
    ]


def test_a_name_belongs_to_one_question(registered: dict[str, Quiz]) -> None:
    quiz.register(Dash(__name__), question("a"))
    quiz.register(Dash(__name__), question("a"))  # another app with the same lesson
    with pytest.raises(ValueError, match="Two questions are called 'a'"):
        quiz.register(Dash(__name__), question("a", "Another?"))


def test_one_section_holds_one_question_or_several() -> None:
    ids = [str(component) for component in quick_check(question("a"))]
    assert ids == ["a-answer", "a-feedback", "a-again"]
    several = quick_check(question("a"), question("b"))
    assert several.children[0].children == "Quick checks"
    assert [str(component) for component in several][3:] == ["b-answer", "b-feedback", "b-again"]


def test_the_browser_is_told_on_which_page_each_question_is(registered: dict[str, Quiz]) -> None:
    quiz.register(Dash(__name__), question("a"), question("b"), question("nowhere"))
    outlines = {"/x": html.Div(quick_check(question("a"))), "/y": html.Div(quick_check(question("b")))}
    told = recall.checks(outlines, {"/x": "The X", "/y": "The Y"})
    assert list(told) == ["a", "b"]
    assert told["b"] == {
        "question": "Which?",
        "options": [
            {"text": "This", "feedback": "It is.", "right": True},
            {"text": "That", "feedback": "It is not.", "right": False},
        ],
        "page": "/y",
        "title": "The Y",
    }


@pytest.fixture(scope="module")
def lesson() -> dict[str, Quiz]:
    app.build()
    return quiz.REGISTERED


def test_every_quick_check_has_one_right_option_and_explains_all(lesson: dict[str, Quiz]) -> None:
    assert len(lesson) >= 8
    for one in lesson.values():
        texts = [option.text for option in one.options]
        assert len(set(texts)) == len(texts) >= 3, one.name
        assert sum(option.right for option in one.options) == 1, one.name
        assert all(len(option.feedback) > 40 for option in one.options), one.name


def test_every_page_with_a_widget_asks_at_least_twice(lesson: dict[str, Quiz]) -> None:
    for page in ("range-test", "schedules", "warmup", "cyclical"):
        assert sum(name.startswith(page) for name in lesson) >= 2
