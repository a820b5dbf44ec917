"""What goes wrong is told in a sentence, harms nobody else, and leaves no trace in the browser."""

import itertools
import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from sims import data_files
from tests.pages import lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser

LONG = "?steps=1000&seeds=5&batch_size=256&stop_factor=0"


def busiest_worker(server: Server) -> psutil.Process:
    """Return the process under the server that computes most right now."""
    children = psutil.Process(server.process.pid).children(recursive=True)
    for child in children:
        child.cpu_percent()
    time.sleep(0.5)
    return max(children, key=lambda child: child.cpu_percent())


def test_a_killed_worker_is_reported_and_the_run_can_be_run_again(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, LONG + "&momentum=0.41")
    lab.run(page)
    lab.wait_training(page)
    page.wait_for_timeout(500)
    busiest_worker(server).kill()
    expect(lab.status(page)).to_contain_text("ended unexpectedly", timeout=5_000)
    shown = lab.points(page)
    for seed in range(5):
        rates = shown[f"raw-{seed}"]["x"]
        assert all(a < b for a, b in itertools.pairwise(rates))
    assert lab.button(page, "Run again").is_visible()
    lab.button(page, "Run again").click()
    lab.wait_training(page)
    lab.button(page, "Stop").click()


def test_a_browser_closed_in_mid_run_lets_the_run_end_by_itself(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    lab.open_page(page, server.base, LONG + "&momentum=0.42&optimizer=adam")
    lab.run(page)
    page.wait_for_url(re.compile("run="))
    run = lab.run_id(page)
    lab.wait_training(page)
    lab.button(page, "Pause").click()  # a paused run would wait for ever
    expect(lab.status(page)).to_contain_text("Paused")
    context.close()
    deadline = time.monotonic() + 20
    while "max-age=3600" not in httpx.get(f"{server.base}/runs/{run}.csv").headers["cache-control"]:
        assert time.monotonic() < deadline, "the run has not ended"
        time.sleep(0.3)


def forged(server: Server, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{server.base}/_dash-update-component", json=body, timeout=10)


def dependencies(server: Server) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{server.base}/_dash-dependencies").json()
    return found


def run_request(server: Server, values: dict[str, Any], shown: Any, state: Any) -> dict[str, Any]:
    """The message that the Run button sends, with whatever values a forger likes."""
    [callback] = [c for c in dependencies(server) if any(i["id"] == "range-test-run" for i in c["inputs"])]
    controls = [
        {
            "id": {"widget": "range-test", "param": name, "scale": "linear", "part": "value"},
            "property": "value",
            "value": value,
        }
        for name, value in values.items()
    ]
    outputs = [
        {"id": part.rpartition(".")[0], "property": part.rpartition(".")[2]}
        for part in callback["output"].strip(".").split("...")
    ]
    return {
        "output": callback["output"],
        "outputs": outputs,
        "inputs": [
            {"id": "range-test-run", "property": "n_clicks", "value": 1},
            {"id": "range-test-again", "property": "n_clicks", "value": 0},
        ],
        "changedPropIds": ["range-test-run.n_clicks"],
        "state": [
            controls,
            {"id": "range-test-shown", "property": "data", "value": shown},
            {"id": "range-test-state", "property": "data", "value": state},
        ],
    }


SHOWN: dict[str, Any] = {
    "earlier": [],
    "run": None,
    "audit": None,
    "display": {"smoothing": 0.8, "loss_axis": "linear"},
    "turn": 0,
}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"steps": 10**9}, "must be a whole number from"),
        ({"steps": "100; rm -rf"}, "must be a whole number from"),
        ({"lr_max": float("1e308")}, "must be a number between"),
        ({"seeds": True}, "must be a whole number from"),
        ({"network": {"a": 1}}, "must be one of"),
        ({"nonsense": 1}, "no setting called"),
    ],
)
def test_a_forged_message_out_of_range_gets_the_sentence(
    server: Server, values: dict[str, Any], sentence: str
) -> None:
    answer = forged(server, run_request(server, values, SHOWN, {"phase": "idle"}))
    assert answer.status_code == 200
    assert sentence in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "body", [{}, {"output": "nothing.children"}, {"output": 5, "inputs": "x"}, {"inputs": []}]
)
def test_a_forged_message_without_sense_breaks_nothing(server: Server, body: dict[str, Any]) -> None:
    answer = forged(server, body)
    assert answer.status_code >= 400
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text
    assert httpx.get(server.base + "/healthz").status_code == 200


def test_forged_stores_show_one_sentence_and_no_trace(page: Page, server: Server, watch: Watch) -> None:
    """A page whose stores were tampered with asks the server for what cannot be."""
    lab.open_page(page, server.base)
    page.evaluate(
        "() => dash_clientside.set_props('range-test-shown', {data: {run: 'x'.repeat(50), earlier: 7, display: {smoothing: 99}}})"
    )
    expect(page.locator("#trouble")).to_contain_text("Something went wrong", timeout=5_000)
    assert "Traceback" not in page.content()
    assert "Traceback" in server.output()
    watch.errors.clear()


def test_foreign_hosts_and_origins_are_turned_away(server: Server) -> None:
    assert httpx.get(server.base + "/", headers={"host": "evil.example"}).status_code == 400
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    for headers in (upgrade, {**upgrade, "origin": "http://evil.example"}):
        assert httpx.get(server.base + "/_dash-ws-callback", headers=headers).status_code == 403


def test_no_documentation_pages_and_no_server_header(server: Server) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/runs/0123456789abcdef.csv", "/runs/..%2Fapp.py.csv"):
        assert httpx.get(server.base + path).status_code == 404
    assert "server" not in httpx.get(server.base + "/").headers


@pytest.fixture(scope="module")
def own_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data set in a folder of its own, to be damaged."""
    folder = tmp_path_factory.mktemp("data") / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for file in (data_files.locate() / "MNIST" / "raw").glob("*-ubyte"):
        shutil.copy(file, folder)
    return folder


def test_a_damaged_data_file_is_named_before_anything_trains_and_its_repair_is_noticed(
    browser: Browser, own_data: Path
) -> None:
    labels = own_data / "train-labels-idx1-ubyte"
    whole = labels.read_bytes()
    labels.write_bytes(whole[:1000])
    with Server({"LRLAB_DATA": str(own_data.parent.parent)}, wait_ready=False) as server:
        context = browser.new_context()
        page = context.new_page()
        lab.open_page(page, server.base, "?steps=20&seeds=1")
        lab.run(page)
        notice = page.locator("#range-test-notice")
        expect(notice).to_contain_text("train-labels-idx1-ubyte", timeout=20_000)
        assert "Traceback" not in page.content()
        health = httpx.get(server.base + "/healthz")
        assert health.status_code == 503
        assert "train-labels-idx1-ubyte" in json.loads(health.text)["reason"]
        labels.write_bytes(whole)
        page.wait_for_timeout(1500)  # the engine looks at a problem once a second at the most
        lab.run(page)
        lab.wait_finished(page)
        context.close()


def test_an_impossible_device_is_refused_with_a_sentence(browser: Browser) -> None:
    with Server({"LRLAB_DEVICE": "abacus"}, wait_ready=False) as server:
        context = browser.new_context()
        page = context.new_page()
        lab.open_page(page, server.base)
        lab.run(page)
        expect(page.locator("#range-test-notice")).to_contain_text("LRLAB_DEVICE", timeout=20_000)
        expect(page.locator("#range-test-notice")).to_contain_text("cpu")
        context.close()
