"""What the environment says about the engine is taken or refused with a sentence."""

import pytest

from sims.engine.config import Config
from sims.errors import EngineError, LabError, ParamError


def test_defaults() -> None:
    config = Config.read({})
    assert 1 <= config.workers <= 4
    assert (config.scheduler, config.grace, config.store_mb) == (None, 30.0, 200)
    assert config.store_url.startswith("sqlite:///")
    assert config.store_url.endswith("runs.sqlite3")


def test_an_argument_wins_over_the_environment() -> None:
    environ = {"LRLAB_WORKERS": "3", "LRLAB_GRACE": "5", "LRLAB_STORE": "sqlite:///a.sqlite3"}
    config = Config.read(environ)
    assert (config.workers, config.grace, config.store_url) == (3, 5.0, "sqlite:///a.sqlite3")
    config = Config.read(environ, workers=1, grace=2, store_url="sqlite:///b.sqlite3")
    assert (config.workers, config.grace, config.store_url) == (1, 2.0, "sqlite:///b.sqlite3")


@pytest.mark.parametrize(
    ("variable", "value", "error"),
    [
        ("LRLAB_WORKERS", "0", ParamError),
        ("LRLAB_WORKERS", "many", ParamError),
        ("LRLAB_GRACE", "-1", ParamError),
        ("LRLAB_GRACE", "nan", ParamError),
        ("LRLAB_STORE_MB", "0.5", ParamError),
        ("LRLAB_SCHEDULER", "somewhere:8786", EngineError),
    ],
)
def test_a_wrong_value_is_refused_by_name(variable: str, value: str, error: type[LabError]) -> None:
    with pytest.raises(error, match=variable):
        Config.read({variable: value})
