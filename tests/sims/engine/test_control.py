"""The gate of a run: the levers, and the two clocks that end a run nobody looks after."""

import threading
import time

from sims.engine.control import PAUSE_LIMIT, Control, Verb
from sims.engine.sentences import PAUSED_TOO_LONG, UNWATCHED


def later(control: Control, verb: Verb, reason: str = "") -> threading.Timer:
    timer = threading.Timer(0.02, control.move, (verb, reason))
    timer.start()
    return timer


def test_a_run_goes_until_it_is_held() -> None:
    control = Control(grace=60)
    assert control.poll() == "go"
    control.move("pause")
    assert control.poll() == "wait"
    timer = later(control, "resume")
    assert control.wait() == "go"
    assert control.poll() == "go"
    timer.join()


def test_every_step_lets_one_update_through() -> None:
    control = Control(grace=60)
    control.move("step")
    control.move("step")
    assert control.poll() == "wait"
    assert [control.wait(), control.wait()] == ["step", "step"]
    timer = later(control, "stop", "Enough.")
    assert control.wait() == "stop"
    assert control.reason == "Enough."
    timer.join()


def test_after_a_stop_nothing_else_counts() -> None:
    control = Control(grace=60)
    control.move("stop", "First.")
    control.move("resume")
    control.move("stop", "Second.")
    assert (control.poll(), control.reason) == ("stop", "First.")


def test_a_run_without_viewers_ends_whether_it_goes_or_waits() -> None:
    going, waiting = Control(grace=0.05), Control(grace=0.05)
    time.sleep(0.06)
    assert (going.poll(), going.reason) == ("stop", UNWATCHED)
    waiting.move("pause")
    assert (waiting.wait(), waiting.reason) == ("stop", UNWATCHED)


def test_renewing_keeps_a_waiting_run_alive() -> None:
    control = Control(grace=0.1)
    control.move("pause")
    ended: list[str] = []
    thread = threading.Thread(target=lambda: ended.append(control.wait()))
    thread.start()
    for _ in range(10):
        time.sleep(0.02)
        control.renew()
    assert not ended
    thread.join(timeout=5)
    assert ended == ["stop"]


def test_a_forgotten_pause_ends() -> None:
    control = Control(grace=60, pause_limit=0.02)
    control.move("pause")
    assert (control.wait(), control.reason) == ("stop", PAUSED_TOO_LONG)
    assert f"{PAUSE_LIMIT / 60:.0f} minutes" in PAUSED_TOO_LONG
