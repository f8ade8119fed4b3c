"""Every file of the corpus: opened, stepped, stepped back, edited, and undone."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from corpus_cases import CASES
from corpus_reader import CORPUS, Reader

from gradviz.worker import messages

BY_FILE = {case.file: case for case in CASES}


@dataclass
class Story:
    """What was shown of a file at each of its moments, as far as it came."""

    opened: object = None
    notices: tuple = ()
    failures: tuple = ()
    seeds: object = None
    end: object = None
    back: object = None
    edited: object = None
    edited_end: object = None
    undone: object = None
    undone_end: object = None
    broke: str = ""

    def at(self, moment):
        found = getattr(self, moment)
        assert found is not None, f"it never came to this: {self.broke}"
        return found


@cache
def story(file):
    """Open a file in a worker of its own and play through its moments once."""
    told = Story()
    try:
        with Reader() as reader:
            _play(reader, BY_FILE[file], told)
    except (AssertionError, LookupError) as error:
        told.broke = str(error) or repr(error)
    return told


def _play(reader, case, told):
    failure = reader.open(case.file)
    told.failures = tuple(reader.failures)
    assert reader.mirror is not None, failure
    told.notices = reader.opened.notices
    if reader.mirror.document.walk == "recorded":
        reader.do(messages.SwitchWalk(walk="planned"))
    reader.reset()
    told.opened = reader.picture()
    told.seeds = dict(reader.mirror.document.seeds)
    reader.run_to_end()
    told.end = reader.picture()
    reader.reset()
    told.back = reader.picture()
    name, number = case.edit
    reader.do(messages.SetLeaf(node=reader.node(name), number=number))
    told.edited = reader.picture()
    reader.run_to_end()
    told.edited_end = reader.picture()
    reader.do(messages.Undo())
    reader.reset()
    told.undone = reader.picture()
    reader.run_to_end()
    told.undone_end = reader.picture()


def each(*, only=None):
    """Return the cases as parameters."""
    return pytest.mark.parametrize(
        "case",
        [pytest.param(c, id=c.file) for c in CASES if only is None or only(c)],
    )


def shown(picture, names, what):
    return {name: getattr(picture, what)[picture.node(name)] for name in names}


def near(wanted):
    return {
        name: pytest.approx(float(number), rel=1e-9, abs=1e-12)
        for name, number in wanted.items()
    }


@each()
def test_it_opens_with_its_numbers(case):
    picture = story(case.file).at("opened")
    data, _ = case.numbers()
    assert shown(picture, data, "data") == near(data)
    assert len(picture.graph) == case.size
    named = {n.name for n in picture.graph.nodes if n.is_leaf and not n.constant}
    assert named == set(case.leaves)


@each()
def test_it_starts_with_fresh_gradients_and_its_seeds(case):
    told = story(case.file)
    picture = told.at("opened")
    seeds = {picture.node(name): seed for name, seed in case.seeds.items()}
    assert told.seeds == seeds
    for node, gradient in enumerate(picture.grad):
        assert gradient == seeds.get(node, case.fresh)


@each(only=lambda case: case.operands or case.constants or case.ops or case.unlisted)
def test_operands_are_those_that_the_op_reads(case):
    graph = story(case.file).at("opened").graph
    picture = story(case.file).at("opened")
    nodes = {name: graph.nodes[picture.node(name)] for name in names_in(case)}
    operands = {
        name: tuple(graph.nodes[o].name for o in nodes[name].operands)
        for name in case.operands
    }
    assert operands == case.operands
    constants = {
        name: [picture.data[o] for o in nodes[name].operands if graph.nodes[o].constant]
        for name in case.constants
    }
    assert constants == case.constants
    assert {name: nodes[name].op for name in case.ops} == case.ops
    assert {name: nodes[name].unlisted for name in case.unlisted} == case.unlisted


def names_in(case):
    return {*case.operands, *case.constants, *case.ops, *case.unlisted}


@each(only=lambda case: case.places)
def test_each_value_tells_the_line_that_made_it(case):
    picture = story(case.file).at("opened")
    nodes = picture.graph.nodes
    places = {name: nodes[picture.node(name)].place for name in case.places}
    assert {n: Path(p).name for n, p in places.items()} == case.places


@each()
def test_its_own_rules_give_the_gradients(case):
    picture = story(case.file).at("end")
    data, grad = case.numbers()
    assert shown(picture, grad, "grad") == near(grad)
    assert shown(picture, data, "data") == near(data)


@each()
def test_stepping_back_leaves_no_trace(case):
    told = story(case.file)
    assert told.at("back").numbers() == told.at("opened").numbers()


@each()
def test_an_edit_reaches_all_that_depends_on_it(case):
    told = story(case.file)
    picture = told.at("edited")
    data, _ = case.numbers(**dict([case.edit]))
    old, _ = case.numbers()
    wanted = {n: old[n] if n in case.stuck else data[n] for n in data}
    assert picture.stuck == case.stuck
    assert shown(picture, wanted, "data") == near(wanted)
    assert [n.name for n in picture.graph.nodes] == [
        n.name for n in told.at("opened").graph.nodes
    ]


@each(only=lambda case: not case.stuck)
def test_an_edit_gives_the_gradients_of_a_new_graph(case):
    picture = story(case.file).at("edited_end")
    _, grad = case.numbers(**dict([case.edit]))
    assert shown(picture, grad, "grad") == near(grad)


@each()
def test_an_edit_undone_leaves_no_trace(case):
    told = story(case.file)
    assert told.at("undone").numbers() == told.at("opened").numbers()
    assert told.at("undone_end").numbers() == told.at("end").numbers()


@each(only=lambda case: case.notices)
def test_what_is_to_be_known_is_said(case):
    assert set(case.notices) <= set(story(case.file).notices)


@each(only=lambda case: case.says is not None)
def test_what_failed_is_said_and_nothing_else(case):
    assert list(story(case.file).failures) == list(case.says)


def test_every_file_has_a_line_in_the_readme():
    told = (CORPUS / "README.md").read_text()
    files = [
        path.relative_to(CORPUS).as_posix()
        for pattern in ("**/*.py", "**/*.ipynb")
        for path in CORPUS.glob(pattern)
        if path.name != "__init__.py"
    ]
    assert [name for name in files if f"`{name}`" not in told] == []
    assert len(files) >= 40
