"""Wrong gradients: mistakes are heard on request and collected, and the mystery's numbers are there."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from lesson import prose
from lesson.numeric.experiments.wrong_gradients import sealed
from lesson.numeric.program.mistakes import COLLECTION
from lesson.numeric.source import seven_lines
from lesson.page import memory
from lesson.progress import Progress, written
from tests.harness.lesson_app import NETWORKS, open_page, texts


def say(section: str, **values: object) -> str:
    return prose.say("en", "wrong-gradients", section, **values)


def heard(app: AppTest, name: str, guess: tuple[str, ...] = ("autograd",)) -> dict[str, str]:
    app.selectbox(key="mistake").set_value(say(f"title-{name}")).run()
    if not app.pills(key=f"guess {name}").disabled:
        app.pills(key=f"guess {name}").set_value(list(guess)).run()
    app.button(key="testify").click().run()
    assert not app.exception
    table = app.table[0].value
    return dict(zip(table["Witness"], table["It"], strict=True))


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_the_page_at_the_extremes(network: dict[str, object]) -> None:
    app = open_page("wrong-gradients", **network)
    assert heard(app, "factor")["autograd"] == "notices"


@pytest.mark.parametrize("seed", [0, 9999])
def test_the_mystery_is_solved(seed: int) -> None:
    app = open_page("wrong-gradients", "mystery", seed=seed)
    assert "are **0** apart, at every step" in texts(app)


def test_every_mistake_is_collected() -> None:
    app = open_page("wrong-gradients", activation="leaky_relu", slope=0.1)
    for number, known in enumerate(COLLECTION):
        answers = heard(app, known.name)
        assert answers["autograd"] == ("silent" if known.name == "or-equal" else "notices")
        assert f"What you found: {number + 1} of 11" in texts(app)
    collected = app.table[1].value.set_index("Mistake")
    assert list(collected["shapes"]).count("notices") == 1
    assert list(collected["autograd"]).count("notices") == 10
    assert "**Nobody noticed.**" not in texts(app)


def test_the_kink_is_remembered() -> None:
    app = open_page("wrong-gradients")
    assert heard(app, "or-equal")["autograd"] == "silent"
    assert "**Nobody noticed.**" in texts(app)
    app.toggle(key="on-kink").set_value(True).run()
    assert heard(app, "or-equal")["autograd"] == "notices"
    assert list(app.table[1].value["autograd"]) == ["notices"]


def test_nothing_is_told_before_a_prediction_is_made() -> None:
    app = open_page("wrong-gradients")
    assert app.button(key="testify").disabled
    assert say("guess-first") in texts(app)
    app.pills(key="guess factor").set_value(["nobody", "loss"]).run()
    assert app.button(key="testify").disabled
    assert say("guess-either") in texts(app)
    app.pills(key="guess factor").set_value(["nobody"]).run()
    assert not app.button(key="testify").disabled
    assert not app.table


def test_a_prediction_stands_once_the_witnesses_testified() -> None:
    app = open_page("wrong-gradients")
    heard(app, "factor")
    assert list(app.table[0].value["You said"]) == ["silent", "silent", "silent", "notices"]
    assert app.pills(key="guess factor").disabled
    app.toggle(key="on-kink").set_value(True).run()
    assert app.pills(key="guess factor").disabled
    heard(app, "mean", ("nobody",))
    assert app.pills(key="guess mean").value == ["nobody"]
    app.selectbox(key="mistake").set_value(say("title-no-sum")).run()
    assert not app.pills(key="guess no-sum").disabled


def test_the_score_counts_the_answers_that_were_predicted_rightly() -> None:
    app = open_page("wrong-gradients")
    heard(app, "factor", ("finite", "autograd"))
    assert say("score", right=4, all=4) in texts(app)
    heard(app, "no-sum", ("nobody",))
    assert say("score", right=5, all=8) in texts(app)
    # The first hearing counts.
    heard(app, "or-equal", ("nobody",))
    app.toggle(key="on-kink").set_value(True).run()
    heard(app, "or-equal")
    assert say("score", right=9, all=12) in texts(app)


def test_the_collection_is_there_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("wrong-gradients")
    heard(app, "factor")
    heard(app, "no-sum")
    cookie = written(app.session_state["progress"])
    assert app.session_state["progress"].marks == {"mistake.factor", "mistake.no-sum"}
    monkeypatch.setattr(memory, "cookie", lambda: cookie)
    again = open_page("wrong-gradients")
    assert "What you found: 2 of 11" in texts(again)
    assert list(again.table[0].value["Mistake"]) == [say("title-factor"), say("title-no-sum")]
    assert list(again.table[0].value["autograd"]) == ["–", "–"]
    again.button(key="testify-again").click().run()
    assert list(again.table[0].value["shapes"]) == ["silent", "notices"]
    assert "Since you came" not in texts(again)
    assert again.button(key="testify").disabled


def test_twelve_seeds_on_request() -> None:
    app = open_page("wrong-gradients", "mystery")
    app.button(key="ahead").click().run()
    found = re.search(r"ends \*lower\* in (\d+) of 12 runs", texts(app))
    assert found
    assert 0 < int(found[1]) < 12


def test_finite_differences_say_why_they_are_silent_on_a_kink() -> None:
    app = open_page("wrong-gradients")
    app.toggle(key="on-kink").set_value(True).run()
    heard(app, "or-equal")
    saw = " ".join(app.table[0].value.astype(str).to_numpy().ravel())
    assert "takes a unit across its kink" in saw


def link(app: AppTest) -> dict[str, str]:
    """The parameters of the link that is shown."""
    (address,) = [box.value for box in app.code if "duel=" in box.value]
    return {name: values[0] for name, values in parse_qs(address.partition("?")[2]).items()}


def planted(name: str, **address: object) -> dict[str, str]:
    app = open_page("wrong-gradients", "duel", **address)
    app.selectbox(key="plant").set_value(say(f"title-{name}")).run()
    app.button(key="make-link").click().run()
    return link(app)


def accuse(app: AppTest, line: str) -> None:
    app.radio(key="suspect").set_value(line).run()
    app.button(key="accuse").click().run()
    assert not app.exception


def test_a_planted_mistake_is_found_with_a_witness() -> None:
    address = planted("factor", hidden=5, program="secret = 1")
    assert address.keys() == {"hidden", "tab", "duel"}
    app = open_page("wrong-gradients", **address)
    assert "grad_out = out - y" not in texts(app) + "".join(box.value for box in app.code)
    assert say("title-factor") not in texts(app)
    assert "Witnesses called: **0**" in texts(app)
    assert app.button(key="accuse").disabled
    app.button(key="call-autograd").click().run()
    assert "Witnesses called: **1**" in texts(app)
    assert app.button(key="call-autograd").disabled
    assert list(app.table[0].value["It"]) == ["notices"]
    (saw,) = app.table[0].value["What it saw"]
    assert [saw.count(f"`grad_{name}`\u00a050\u00a0%") for name in ("w1", "b1", "w2", "b2")] == [1] * 4
    accuse(app, "grad_out")
    assert say("verdict-right", line="grad_out", count=1) in texts(app)
    assert "`grad_out = out - y`" in texts(app)
    assert app.radio(key="suspect").disabled
    assert app.button(key="call-loss").disabled


def test_a_wrong_accusation_says_which_line_it_was() -> None:
    app = open_page("wrong-gradients", **planted("not-zeroed"))
    accuse(app, "grad_h")
    lines = "`grad_w2`, `grad_b2`, `grad_w1`, `grad_b1`"
    assert say("verdict-wrong", line="grad_h", lines=lines, count=0) in texts(app)
    app.button(key="leave").click().run()
    assert app.selectbox(key="plant").value


def test_a_witness_on_the_kink_counts_as_another() -> None:
    app = open_page("wrong-gradients", **planted("or-equal"))
    app.button(key="call-autograd").click().run()
    app.toggle(key="on-kink").set_value(True).run()
    app.button(key="call-autograd").click().run()
    assert list(app.table[0].value["It"]) == ["silent", "notices"]
    accuse(app, "grad_h")
    assert say("verdict-right", line="grad_h", count=2) in texts(app)


def test_own_lines_are_planted_and_found() -> None:
    own = seven_lines().replace("a.T @ grad_out", "h.T @ grad_out")
    app = open_page("wrong-gradients", "duel", program=own)
    app.selectbox(key="plant").set_value(say("own-lines")).run()
    app.button(key="make-link").click().run()
    other = open_page("wrong-gradients", **link(app))
    other.button(key="call-finite").click().run()
    assert list(other.table[0].value["It"]) == ["notices"]
    accuse(other, "grad_w2")
    assert say("verdict-right", line="grad_w2", count=1) in texts(other)
    assert other.code[-1].value == own


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("", "You have not written any lines yet."),
        (seven_lines(), "there is nothing to find"),
        ("grad_out = 2 * (out - ", "Python cannot read this"),
        ("grad_out = out - y", "is never defined"),
        ("grad_out = open('x')", "cannot be called here"),
    ],
)
def test_own_lines_that_cannot_be_found_wrong_are_not_sent(program: str, sentence: str) -> None:
    app = open_page("wrong-gradients", "duel", program=program)
    app.selectbox(key="plant").set_value(say("own-lines")).run()
    assert sentence in texts(app)
    assert "make-link" not in {button.key for button in app.button}


@pytest.mark.parametrize(
    "token", ["x", "c", "c" * 17, "o" + "A" * 40, "1!\x00", "o" * 7000, "../../etc/passwd"]
)
def test_a_damaged_link_says_so_and_leads_on(token: str) -> None:
    app = open_page("wrong-gradients", "duel", duel=token)
    assert say("duel-damaged") in texts(app)
    app.button(key="leave").click().run()
    assert app.selectbox(key="plant").value


@pytest.mark.parametrize(
    ("lines", "section"),
    [
        (seven_lines(), "duel-nothing"),
        ("import os", "duel-cannot-run"),
        ("grad_w1 = [x for x in y]", "duel-cannot-run"),
        (f"q = x @ x.T\n{'q=q**.3;' * 130}\n{seven_lines()}\ngrad_w2 = grad_w2 + q.sum()", "duel-cannot-run"),
    ],
)
def test_lines_in_a_link_pass_the_same_gates(lines: str, section: str) -> None:
    app = open_page("wrong-gradients", "duel", duel=sealed.sealed_lines(lines))
    assert say(section) in texts(app)
    assert "accuse" not in {button.key for button in app.button}


def test_what_is_forgotten_is_not_found_again_by_itself() -> None:
    app = open_page("home")
    app.session_state["progress"] = Progress().marked("mistake.factor")
    app.session_state["called"] = {("factor", False)}
    app.session_state["noticed"] = {"factor": dict.fromkeys(("shapes", "loss", "finite", "autograd"), True)}
    app.session_state["predicted"] = {"factor": 4}
    app.run()
    app.button(key="forget").click().run()
    assert not any(held in app.session_state for held in ("called", "noticed", "predicted"))
    assert app.session_state["progress"] == Progress()


def test_one_can_be_drawn_to_find_oneself() -> None:
    app = open_page("wrong-gradients", "duel", bias="false")
    app.button(key="draw").click().run()
    assert "Witnesses called: **0**" in texts(app)
    assert app.radio(key="suspect").options == [f"`grad_{name}`" for name in ("out", "w2", "a", "h", "w1")]


def test_a_mistake_in_a_bias_is_none_without_bias() -> None:
    assert say("duel-nothing") in texts(open_page("wrong-gradients", **planted("mean", bias="false")))
