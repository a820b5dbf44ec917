"""The schedule explorer in a real browser: what is drawn, what is trained, what is said of it."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from sims.schedules import curve
from tests.pages import explorer, lab
from tests.pages.conftest import Watch
from tests.server import Server

pytestmark = pytest.mark.browser


def near(rates: list[float], expected: list[float]) -> bool:
    return rates == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_a_learner_draws_and_tunes_schedules(page: Page, server: Server) -> None:
    page.goto(server.base)
    page.get_by_role("link", name="Schedules").first.click()
    page.wait_for_selector(explorer.PLAN)
    assert set(explorer.planned(page)) == {"constant", "step", "linear", "cosine", "one_cycle"}
    assert near(explorer.planned(page)["cosine"], curve("cosine", base_lr=0.1, total_steps=400).tolist())
    expect(page.locator("#schedules-plan-legend")).to_contain_text("Cosine mean 0.0501")

    explorer.box(page, "step").uncheck()
    explorer.box(page, "wsd").check()
    page.wait_for_function(
        f"(drawn => drawn.wsd && !drawn.step)(({explorer.POINTS})('{explorer.PLAN}'))", timeout=30_000
    )
    assert near(explorer.planned(page)["wsd"], curve("wsd", base_lr=0.1, total_steps=400).tolist())

    explorer.row(page, "cosine").get_by_text("Tune").click()
    explorer.field(page, "cosine-T_max").fill("200")
    page.wait_for_function(f"({explorer.POINTS})('{explorer.PLAN}').cosine.y.at(-1) > 0.09")
    climbing = curve("cosine", base_lr=0.1, total_steps=400, T_max=200)
    assert near(explorer.planned(page)["cosine"], climbing.tolist())

    explorer.field(page, "lr").fill("0.04")
    page.wait_for_function(f"({explorer.POINTS})('{explorer.PLAN}').linear.y[0] === 0.04")
    expect(page.locator("#schedules-plan-legend")).to_contain_text("Linear mean 0.02")


def test_the_address_follows_the_settings_and_brings_them_back(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base)
    page.wait_for_timeout(300)
    explorer.field(page, "lr").fill("0.04")
    explorer.box(page, "linear").uncheck()
    page.wait_for_function("location.search.includes('lr=0.04') && location.search.includes('schedules=')")
    page.reload()
    page.wait_for_selector(explorer.PLAN)
    expect(explorer.field(page, "lr")).to_have_value("0.04")
    assert set(explorer.planned(page)) == {"constant", "step", "cosine", "one_cycle"}


def test_epochs_and_a_log_axis(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?x_axis=epochs&rate_axis=log&steps=300&batch_size=100")
    expect(page.locator("#schedules-plan")).to_contain_text("Epoch")
    assert explorer.points(page, explorer.PLAN)["linear"]["dx"] == pytest.approx(100 / 60_000)


def test_schedules_train_on_equal_budgets_and_are_ranked(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=48&seeds=2&schedules=constant,cosine,one_cycle")
    explorer.run(page)
    explorer.wait_finished(page)
    shown = explorer.points(page)
    for arm, (name, lr) in enumerate(
        [("constant", 0.1 / 3), ("constant", 0.1), ("constant", 0.3), ("cosine", 0.1), ("one_cycle", 0.1)]
    ):
        applied, rates = shown[f"applied-{arm}-0"], curve(name, base_lr=lr, total_steps=48).tolist()
        assert applied["x"] == list(range(48))
        assert applied["y"] == pytest.approx(rates, rel=1e-12)
        assert len(shown[f"mean-{arm}-0"]["y"]) == 48
        assert shown[f"accuracy-{arm}-0"]["x"] == [6, 12, 18, 24, 30, 36, 42, 48]
        if name != "constant":
            assert [len(shown[f"thin-{arm}-{seed}"]["y"]) for seed in range(2)] == [48, 48]
    expect(explorer.result(page).locator("tbody tr")).to_have_count(3)
    expect(explorer.result(page)).to_contain_text("ends lowest")
    expect(explorer.result(page)).to_contain_text("0.033, 0.1, 0.3 were trained")
    expect(page.locator("#schedules-provenance")).to_contain_text("Live")

    page.reload()
    page.wait_for_selector(explorer.GRAPH)
    expect(page.locator("#schedules-provenance")).to_contain_text("Replayed")
    expect(explorer.result(page).locator("tbody tr")).to_have_count(3)
    again = explorer.points(page)
    assert {key: trace["y"] for key, trace in again.items()} == {
        key: trace["y"] for key, trace in shown.items()
    }


def test_one_seed_is_not_said_to_prove_anything(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=20&seeds=1&schedules=linear,cosine")
    explorer.run(page)
    explorer.wait_finished(page)
    expect(explorer.result(page)).to_contain_text("one seed, which cannot tell luck from schedule")
    raw = explorer.points(page)["thin-0-0"]["y"]
    lines = httpx.get(f"{server.base}/runs/{lab.run_id(page)}.csv").text.strip().splitlines()
    csv = [line.split(",") for line in lines[1:]]
    assert [float(row[5]) for row in csv if row[0] == "step" and row[1] == "Linear"] == raw
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#schedules-table tbody tr")).to_have_count(40)
    expect(page.locator("#schedules-table tbody")).to_contain_text("Cosine")


def test_what_listens_to_the_loss_has_no_plan_but_an_applied_rate(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=40&seeds=1&schedules=reduce_on_plateau")
    assert explorer.planned(page) == {}
    expect(page.locator("#schedules-plan-legend")).to_contain_text("no planned curve")
    explorer.run(page)
    explorer.wait_finished(page)
    assert len(explorer.points(page)["applied-0-0"]["y"]) == 40


def test_a_race_can_be_stopped_left_and_found_again(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=2000&seeds=1&schedules=cosine&momentum=0.81")
    explorer.run(page)
    page.wait_for_function(
        f"(({explorer.POINTS})('{explorer.GRAPH}')['mean-0-0'] || {{y: []}}).y.length > 20"
    )
    page.get_by_role("link", name="LR range test").first.click()
    page.wait_for_selector(lab.GRAPH)
    page.go_back()
    page.wait_for_function(
        f"(({explorer.POINTS})('{explorer.GRAPH}')['mean-0-0'] || {{y: []}}).y.length > 40"
    )
    lab.button(page, "Stop").click()
    expect(explorer.status(page)).to_have_text(re.compile("[Ss]topped"))
    expect(explorer.result(page)).to_contain_text("no ranking")
    shown = explorer.points(page)["applied-0-0"]
    assert shown["x"] == list(range(len(shown["x"])))


def test_a_blow_up_is_marked_and_explained_and_the_others_go_on(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=60&seeds=1&lr=10&network=batchnorm&schedules=constant,step")
    explorer.run(page)
    explorer.wait_finished(page)
    expect(explorer.result(page)).to_contain_text("blew up at step")
    shown = explorer.points(page)
    ends = {arm: shown[f"end-{arm}-0"]["x"] for arm in range(4)}
    assert [arm for arm, end in ends.items() if end] == [2]  # the constant rate of 30
    assert ends[2] == [len(shown["applied-2-0"]["y"])]
    assert len(shown["applied-3-0"]["y"]) == 60


def test_an_earlier_race_stays_until_it_is_cleared(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=20&seeds=1&schedules=linear")
    for rate in ("0.05", "0.06"):
        explorer.field(page, "lr").fill(rate)
        explorer.run(page)
        expect(page.locator("#schedules-provenance")).to_contain_text("cpu")
        explorer.wait_finished(page)
        page.wait_for_function(f"({explorer.POINTS})('{explorer.GRAPH}')['planned-0-0']?.y[0] === {rate}")
    assert len(explorer.points(page)["earlier-0-0"]["y"]) == 20
    lab.button(page, "Reset").click()
    page.wait_for_function(f"Object.keys(({explorer.POINTS})('{explorer.GRAPH}')).length === 0")


def test_presets_fill_the_controls_and_the_curves_follow(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base)
    page.get_by_role("button", name="Transformer recipe").click()
    expect(explorer.field(page, "lr")).to_have_value("0.003")
    page.wait_for_function(f"({explorer.POINTS})('{explorer.PLAN}').inverse_sqrt !== undefined")
    recipe = curve("cosine", base_lr=0.003, total_steps=400, warmup="linear", warmup_steps=40).tolist()
    assert near(explorer.planned(page)["cosine"], recipe)
    page.get_by_role("tab", name="Code").click()
    expect(page.locator("#schedules-code")).to_contain_text(
        "SequentialLR(optimizer, [climb, main], milestones=[40])"
    )


def test_the_rate_of_the_range_test_is_taken_over(page: Page, server: Server) -> None:
    lab.open_page(page, server.base, "?seeds=1")
    lab.run(page)
    lab.wait_finished(page)
    page.get_by_role("button", name="Use this rate elsewhere").click()
    expect(page.locator("#carried-rate")).to_contain_text("Your rate")
    page.get_by_role("link", name="Schedules").first.click()
    expect(page.locator("#schedules-carried")).to_contain_text("from your range test")
    rate = float(explorer.field(page, "lr").input_value())
    assert 0.01 < rate < 0.5
    page.wait_for_function(f"({explorer.POINTS})('{explorer.PLAN}').linear.y[0] === {rate}")


def test_predict_first_and_hear_of_it_afterwards(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=20&seeds=1&schedules=linear,cosine")
    page.locator("#schedules-predict").get_by_role("button", name="Cosine").click()
    explorer.run(page)
    explorer.wait_finished(page)
    expect(page.locator("#schedules-compared")).to_contain_text("You predicted that Cosine would end lowest")


def test_every_schedule_can_be_looked_up(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base)
    expect(page.locator("#schedules-plan-legend")).to_contain_text("Cosine mean")
    page.wait_for_timeout(500)  # what is drawn anew under an open list closes it
    page.locator("#schedules-looked-up").click()
    page.get_by_role("option", name="Triangular2").click()
    expect(page.locator("#schedules-card")).to_contain_text('mode="triangular2"')
    page.get_by_label("A linear warmup, then cosine or linear decay").check()
    expect(page.locator("#schedules-quiz-feedback li").first).to_contain_text("Right.")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?schedules=magic", "Schedules must be one or more of constant, step"),
        ("?schedules=constant,step,multistep,exponential,linear,cosine,wsd", "at most 6"),
        ("?cosine-T_max=0", "Half period T_max must be a whole number from 1"),
        (
            "?warmup=linear&warmup_steps=500&steps=100",
            "Warmup steps must be at most the steps of the run, 100",
        ),
        ("?lr=NaN", "Base rate must be a number between"),
        ("?run=0123456789ab", "run"),
    ],
)
def test_a_bad_address_says_what_is_wrong_and_the_page_works(
    page: Page, server: Server, query: str, sentence: str
) -> None:
    explorer.open_page(page, server.base, query)
    expect(page.locator("#schedules-notice")).to_contain_text(sentence)
    expect(lab.button(page, "Run")).to_be_enabled()


def test_a_value_out_of_range_is_refused_at_once_and_by_run(page: Page, server: Server, watch: Watch) -> None:
    explorer.open_page(page, server.base)
    explorer.field(page, "steps").fill("5")
    expect(page.locator("#schedules-plan-legend")).to_contain_text(
        "Steps must be a whole number from 20 to 2000"
    )
    explorer.field(page, "steps").blur()
    expect(page.locator(".control", has_text="Steps").first).to_contain_text("'5' was given")
    explorer.run(page)
    expect(page.locator("#schedules-notice")).to_contain_text("Steps must be")
    assert "run=" not in page.url


def test_who_changes_a_schedule_after_a_race_sees_its_curve(page: Page, server: Server) -> None:
    explorer.open_page(page, server.base, "?steps=20&seeds=1&schedules=linear")
    explorer.run(page)
    explorer.wait_finished(page)
    expect(page.locator("#schedules-graph")).to_be_visible()
    explorer.field(page, "lr").fill("0.03")
    expect(page.locator("#schedules-plan")).to_be_visible()
    page.wait_for_function(f"({explorer.POINTS})('{explorer.PLAN}').linear.y[0] === 0.03")
