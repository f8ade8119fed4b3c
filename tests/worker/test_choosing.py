"""Which graph is opened first, and what else can be chosen, in which order."""

import pytest
from talk import Talk, source

from gradviz.worker.messages import ChooseRoots

LESSON = """
from gradviz import Value
w, x = Value(3.0, label="w"), Value(2.0, label="x")
"""


@pytest.fixture
def opened(tmp_path):
    talks = []

    def open_file(text):
        path = tmp_path / "program.py"
        path.write_text(LESSON + source(text))
        talks.append(Talk())
        talks[-1].open(path)
        return talks[-1]

    yield open_file
    for talk in talks:
        talk.worker.close()


def shown(talk):
    graph = talk.mirror.graph
    return [graph.nodes[root].name for root in graph.roots]


def listed(talk):
    return [(choice.size, choice.place) for choice in talk.opened.choices]


def test_roots_that_variables_hold_and_that_share_values_are_one_graph(opened):
    talk = opened("s1 = w * x\ns2 = w + x\n")
    assert shown(talk) == ["s1", "s2"]


def test_losses_of_earlier_rounds_do_not_join_the_last_and_come_latest_first(opened):
    talk = opened("""
        for n in range(3):
            loss = w * x + float(n)
    """)
    assert shown(talk) == ["loss"]
    assert len(talk.mirror.graph) == 5
    assert talk.opened.chosen == (0,)
    assert listed(talk) == [(5, "program.py:6")] * 3
    numbers = []
    for choice in range(3):
        talk.ask(ChooseRoots(roots=(choice,)))
        numbers.append(talk.mirror.data[talk.mirror.graph.roots[0]])
    assert numbers == [8.0, 7.0, 6.0]


def test_what_was_built_above_a_variable_and_lost_is_a_choice_of_its_own(opened):
    talk = opened("""
        y = w * x
        def judge(v):
            return (v * v + w).data
        judge(y)
    """)
    assert shown(talk) == ["y"]
    assert listed(talk) == [(3, "program.py:5"), (5, "program.py:7")]


def test_a_graph_that_no_variable_holds_is_opened_where_nothing_else_is(opened):
    talk = opened("""
        def both(v):
            one = v * x
            other = v + x
        both(w)
    """)
    assert len(talk.mirror.graph.roots) == 2
    assert len(talk.mirror.graph) == 4


def test_of_rounds_in_a_function_the_last_is_opened(opened):
    talk = opened("""
        def train():
            for n in range(3):
                loss = w * x + float(n)
        train()
    """)
    assert len(talk.mirror.graph) == 5
    assert talk.mirror.data[talk.mirror.graph.roots[0]] == 8.0
    assert listed(talk) == [(5, "program.py:7")] * 3
