"""The loader refuses broken flows with a sentence for each mistake, and good ones become machines."""

import sys
import textwrap
from pathlib import Path

import pytest

from bot import flow
from bot.flow import BrokenFlows

HEAD = "from bot.flow import END, START, Flow, go\n\n"
GOOD = """
class Rice(Flow):
    name = "rice"
    asked_rank = 10
    states = ["asking"]
    transitions = [go("opened", START, "asking"), go("said", "asking", END, when="sure", do="keep", say="thank")]
    def ask_asking(self): return "How much rice?"
    def hear_asking(self, message): return "said"
    def sure(self): return True
    def keep(self): self.kept = True
    def thank(self): pass
"""


def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> flow.Flows:
    package = tmp_path / f"flows_{abs(hash(tuple(files.items())))}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for name, source in files.items():
        (package / f"{name}.py").write_text(HEAD + textwrap.dedent(source))
    monkeypatch.syspath_prepend(tmp_path)
    try:
        return flow.load(package.name)
    finally:
        for name in [name for name in sys.modules if name.startswith(package.name)]:
            del sys.modules[name]


def mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> str:
    with pytest.raises(BrokenFlows) as refused:
        load(tmp_path, monkeypatch, **files)
    return str(refused.value)


def test_a_good_flow_is_loaded_with_one_machine_that_needs_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (rice,) = load(tmp_path, monkeypatch, rice=GOOD)
    assert set(rice.machine.states) == {"start", "asking", "end"}
    assert rice.machine.models == []
    assert not any(name.startswith("to_") for name in rice.machine.events)


@pytest.mark.parametrize(
    ("wrong", "right", "sentence"),
    [
        ('"opened", START, "asking"', '"opened", START, "nowhere"', "goes to a state that is not listed: 'nowhere'"),
        ('"said", "asking", END', '"said", "elsewhere", END', "leaves a state that is not listed: 'elsewhere'"),
        ("def ask_asking", "def aks_asking", "state 'asking' has no method ask_asking"),
        ("def hear_asking", "def here_asking", "state 'asking' has no method hear_asking"),
        ("def sure", "def shure", "names the guard 'sure', which does not exist"),
        ("def keep", "def keeep", "names the effect 'keep', which does not exist"),
        ("def thank", "def tank", "names the sentence 'thank', which does not exist"),
        ('"said", "asking", END', '"said", "asking", "asking"', "state 'asking' is a dead end"),
        ('"opened", START, "asking"', '"opened", START, END', "state 'asking' is unreachable"),
        ('states = ["asking"]', 'states = ["asking", "asking"]', "state 'asking' is listed twice"),
        ('states = ["asking"]', 'states = ["asking", "end"]', "state 'end' is not to be listed"),
        ('name = "rice"', 'name = "ricee"', "must have name = 'rice', not 'ricee'"),
        ('name = "rice"', 'name = "rice"; opened_by = {"menu": "said"}', "the word 'menu' opens it with 'said'"),
        ('name = "rice"', 'name = "rice"; means_here = {"menu": "opened"}', "leads nowhere from state 'asking'"),
        ("asked_rank = 10", "", "it has no asked_rank"),
        ("asked_rank = 10", 'asked_rank = 10; audience = "shops"', "it serves 'shops', whom nobody knows"),
        ("transitions = [", 'transitions = [go("opened", START, END), ', "'start', 'asking') is never taken"),
        ('"said", "asking", END', '"said", "asking", "dal.opened"', "goes on to 'dal.opened', which no flow begins"),
        ('"said", "asking", END', '"said", "asking", "rice.said"', "goes on to 'rice.said', which no flow begins"),
    ],
)
def test_a_mistake_is_refused_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, right: str, sentence: str
) -> None:
    assert wrong in GOOD
    assert sentence in mistakes(tmp_path, monkeypatch, rice=GOOD.replace(wrong, right))


def test_all_mistakes_are_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = GOOD.replace("def sure", "def shure").replace("def ask_asking", "def aks_asking")
    assert len(mistakes(tmp_path, monkeypatch, rice=broken).splitlines()) == 2


def test_a_file_that_holds_no_conversation_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = mistakes(tmp_path, monkeypatch, rice=GOOD, wording="def said(): return 'so'")
    assert "wording: it holds no conversation" in told
    assert "wording: it holds no conversation" in mistakes(tmp_path, monkeypatch, rice=GOOD, wording="")


def test_two_flows_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twins = GOOD + GOOD.replace("class Rice", "class MoreRice")
    assert "two flows are called 'rice'" in mistakes(tmp_path, monkeypatch, rice=twins)


def test_two_flows_that_would_be_asked_at_the_same_time_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dal = GOOD.replace("class Rice", "class Dal").replace('"rice"', '"dal"')
    assert "two flows have the asked_rank 10" in mistakes(tmp_path, monkeypatch, rice=GOOD, dal=dal)


@pytest.mark.parametrize(("of_rice", "of_dal"), [("retailers", "retailers"), ("everybody", "leads")])
def test_two_flows_that_one_word_opens_for_the_same_people_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of_rice: str, of_dal: str
) -> None:
    def opened(name: str, rank: int, audience: str) -> str:
        named = f'name = "{name}"; audience = "{audience}"; opened_by = {{"menu": "opened"}}'
        return GOOD.replace('name = "rice"', named).replace("asked_rank = 10", f"asked_rank = {rank}")

    told = mistakes(tmp_path, monkeypatch, rice=opened("rice", 10, of_rice), dal=opened("dal", 20, of_dal))
    assert "the word 'menu' opens dal and rice for the same people" in told
    assert load(tmp_path, monkeypatch, rice=opened("rice", 10, "retailers"), dal=opened("dal", 20, "leads"))


def test_who_is_asked_first_is_written_in_the_flows_and_not_in_the_names_of_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ranked(name: str, rank: int) -> str:
        return GOOD.replace('"rice"', f'"{name}"').replace("asked_rank = 10", f"asked_rank = {rank}")

    greedy = ranked("atta", 10).replace('name = "atta"', 'name = "atta"; greedy = True')
    loaded = load(tmp_path, monkeypatch, atta=greedy, besan=ranked("besan", 30), chana=ranked("chana", 20))
    assert [found.name for found in loaded] == ["chana", "besan", "atta"]


def test_a_conversation_may_end_by_going_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dal = GOOD.replace('"rice"', '"dal"').replace("asked_rank = 10", "asked_rank = 20")
    loaded = load(
        tmp_path, monkeypatch, rice=GOOD.replace('"said", "asking", END', '"said", "asking", "dal.opened"'), dal=dal
    )
    rice = loaded.get("rice")
    assert rice is not None
    assert set(rice.machine.states) == {"start", "asking", "end", "dal.opened"}


def test_the_flows_of_the_product_are_sound() -> None:
    assert {"menu", "welcome", "order_list", "place_order", "my_credit", "my_bills", "talk_to_us", "lead"} <= {
        found.name for found in flow.installed()
    }
