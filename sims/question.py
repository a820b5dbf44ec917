"""A question with a few answers, each with what there is to say about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """An answer and what there is to say about it."""

    text: str
    feedback: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question called `name`, which no other question of the lesson is called."""

    name: str
    question: str
    options: Sequence[Option]

    def as_dict(self) -> dict[str, Any]:
        """Return the question as plain data; `assets/quiz.js` asks it."""
        return {
            "question": self.question,
            "options": [
                {"text": option.text, "feedback": option.feedback, "right": option.right}
                for option in self.options
            ],
        }
