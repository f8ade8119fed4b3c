"""An edit in classes of every design is as if the file had that number."""

import contextlib
import gc
import io
from pathlib import Path

import pytest
from samples import bits, picture, visible

from gradviz.graph.adapter import Adapters
from gradviz.graph.build import build
from gradviz.graph.trace import Trace
from gradviz.session.session import EditError, Session

CORPUS = Path(__file__).parents[1] / "corpus"

EDITS = [
    # file, root, leaf, as it stands, edited, whether Values are made anew
    ("bound_methods", "y", "a", "a = Value(-2.0)", -0.75, False),
    ("default_capture", "y", "a", "a = Value(1.5)", -0.75, False),
    ("partial_hooks", "y", "a", "a = Value(3.0)", -0.75, False),
    ("hook_on_operand", "z", "a", "a = Value(2.0)", -0.75, True),
    ("parent_pull", "y", "a", "a = Value(2.0)", -0.75, True),
    ("dispatch", "y", "a", "a = Value(1.0)", -0.75, False),
    ("rule_objects", "y", "a", "a = Value(1.5)", -0.75, False),
    ("microgpt_style", "y", "a", "a = Value(0.5)", -0.75, False),
    ("stale_locals", "s", "a", "a = Value(0.5", -0.75, False),
    ("tanh_rehooked", "z", "x", "x = Value(0.5)", -0.75, False),
    ("prelu_rehooked", "y", "x", "x = Value(-2.0)", -0.75, False),
    ("lazy_forward", "y", "x", "x = Value(0.5)", -0.75, False),
    ("static_ops", "y", "a", "a = Value(2.0,", -0.75, False),
    ("saved_in_dict", "y", "a", "a = Value(0.5)", -0.75, False),
    ("saved_globally", "y", "a", "a = Value(0.5)", -0.75, True),
    ("hook_wrapped", "y", "a", "a = Value(2.0)", -0.75, False),
    ("hook_recurses", "L", "a", "a = Value(2.0)", -0.75, False),
]


def opened(name, root, changed=None):
    """Run a file as the worker does, with a text replaced; return (session, names)."""
    path = CORPUS / f"{name}.py"
    text = path.read_text()
    if changed:
        assert text.count(changed[0]) == 1
        text = text.replace(*changed)
    return session_of(text, root, str(path))


def session_of(text, root, path="own.py"):
    adapters = Adapters()
    trace = Trace(adapters)
    code = compile(text, path, "exec")
    names = {"__name__": "own", "__file__": path}
    trace.watch(code)
    trace.start()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, names)
    finally:
        trace.stop()
    variables = {id(v): n for n, v in names.items() if adapters.is_value(v)}
    return Session(build([names[root]], variables, adapters, trace)), names


def same_numbers(one, other):
    for playhead in (0, len(one.walk) // 2, len(one.walk)):
        one.move_to(playhead)
        other.move_to(playhead)
        assert visible(one.live, "data") == visible(other.live, "data")
        assert visible(one.live, "grad") == visible(other.live, "grad")


@pytest.mark.parametrize(
    ("name", "root", "leaf", "stands", "number", "anew"),
    EDITS,
    ids=[edit[0] for edit in EDITS],
)
def test_an_edit_is_as_if_the_file_had_that_number(
    name, root, leaf, stands, number, anew
):
    session, _ = opened(name, root)
    written = stands[stands.index("(") + 1 :].split(",")[0].rstrip(")")
    other, _ = opened(name, root, (stands, stands.replace(written, str(number))))
    session.run_to_end()
    before, identities = picture(session.live), list(map(id, session.live.values))
    node = session.graph.named(leaf)
    assert bits(session.live.adapters[node].number(session.live.values[node])) == bits(
        float(written)
    )
    session.set_leaf(node, number)
    assert session.stuck == {}
    assert bool(session.notice) == anew
    assert (list(map(id, session.live.values)) == identities) != anew
    same_numbers(session, other)
    session.undo()
    session.run_to_end()
    assert list(map(id, session.live.values)) == identities
    assert picture(session.live) == before


LINKED = """
class Value:
    def __init__(self, data, prev=(), op=""):
        self.data, self.grad, self.prev, self.op = data, 0.0, prev, op
        self.consumers = []
        for operand in prev:
            operand.consumers.append(self)

    def __mul__(self, other):
        return Value(self.data * other.data, (self, other), "*")

    def __add__(self, other):
        return Value(self.data + other.data, (self, other), "+")

    def _backward(self):
        self.grad = 1.0 if not self.consumers else 0.0
        for consumer in self.consumers:
            for operand, other in zip(consumer.prev, consumer.prev[::-1]):
                if operand is self:
                    slope = other.data if consumer.op == "*" else 1.0
                    self.grad += slope * consumer.grad

a = Value({a})
a.label = "mine"
b = Value(-3.0)
p = a * b
q = p * a
y = q + b
"""


def test_consumers_are_listed_once_after_an_edit():
    session, names = session_of(LINKED.format(a=2.0), "y")
    a = names["a"]
    before = (list(a.consumers), a.data)
    session.set_leaf(session.graph.named("a"), 5.0)
    assert session.stuck == {}
    shown = session.live.values[session.graph.named("a")]
    assert (shown.data, shown.label) == (5.0, "mine")
    assert [consumer.data for consumer in shown.consumers] == [-15.0, -75.0]
    y = session.live.values[session.graph.named("y")]
    assert y.data == -78.0
    # The person's own are as the file left them, and say so.
    assert (list(a.consumers), a.data) == before
    assert session.notice == (
        "An op of this class can't be called again for a Value that is there, so an "
        "edit makes every Value anew: what is shown follows, and your variables hold "
        "the Values as your code left them."
    )
    other, _ = session_of(LINKED.format(a=5.0), "y")
    same_numbers(session, other)
    session.set_leaf(session.graph.named("a"), None)
    assert session.live.values[session.graph.named("a")] is a


def test_seeds_chosen_between_edits_stand_whichever_values_are_shown():
    session, names = opened("hook_on_operand", "z")
    session.set_leaf(session.graph.named("a"), 1.0)
    session.set_seed(session.graph.named("z"), 3.0)
    session.set_leaf(session.graph.named("a"), 4.0)
    session.undo()
    assert session.live.values[session.graph.named("z")].grad == 3.0
    session.undo()
    session.undo()
    assert session.live.values[session.graph.named("z")] is names["z"]
    assert names["z"].grad == 1.0
    session.redo()
    session.redo()
    session.redo()
    shown = session.live.values
    assert shown[session.graph.named("a")].data == 4.0
    assert shown[session.graph.named("z")].grad == 3.0


def test_a_drag_over_values_made_anew_is_one_edit():
    session, names = opened("hook_on_operand", "z")
    for tick in range(70):
        session.set_leaf(session.graph.named("a"), tick / 8, "drag")
    assert session.live.values[session.graph.named("a")].data == 69 / 8
    session.undo()
    assert session.live.values[session.graph.named("a")] is names["a"]
    assert names["a"].data == 2.0
    session.redo()
    assert session.live.values[session.graph.named("a")].data == 69 / 8


def test_a_drag_over_values_made_anew_does_not_keep_all_of_them():
    session, names = session_of(LINKED.format(a=2.0), "y")
    a = session.graph.named("a")
    kind = type(names["a"])
    for tick in range(40):
        session.set_leaf(a, float(tick + 3), gesture="drag")
    gc.collect()
    alive = sum(type(thing) is kind for thing in gc.get_objects())
    # Those of the file and those shown; a few more may be on their way out.
    assert alive <= 4 * len(session.graph)
    session.undo()
    assert session.live.values[a] is names["a"]
    session.redo()
    assert session.live.values[a].data == 42.0


def test_outdated_values_that_can_t_be_made_again_in_place_say_so():
    session, names = session_of(LINKED.format(a=2.0) + "\na.data = 4.0\n", "y")
    assert session.outdated()
    before = picture(session.live)
    with pytest.raises(EditError) as refused:
        session.reevaluate()
    assert str(refused.value) == (
        "Computing p again failed: its op writes to its operands, so it can't be "
        "called again. Run the file again."
    )
    assert picture(session.live) == before
    session.set_leaf(session.graph.named("b"), 1.0)
    assert session.stuck[session.graph.named("y")] == (
        "its op writes to its operands, so it can't be called again"
    )
    assert names["y"].data == -15.0


def test_other_code_meets_the_persons_own_values():
    session, names = opened("hook_on_operand", "z")
    session.set_leaf(session.graph.named("a"), 7.0)
    session.lend()
    assert session.live.values[session.graph.named("a")] is names["a"]
    assert session.document.leaves == {}


def test_an_edited_constant_takes_effect():
    session, _ = opened("constants", "y")
    other, _ = opened("constants", "y", ("2 * x", "6.5 * x"))
    constant = next(
        node.id
        for node in session.graph.nodes
        if node.constant and session.live.values[node.id].data == 2
    )
    session.set_leaf(constant, 6.5)
    assert session.stuck == {}
    same_numbers(session, other)


def test_a_constant_that_its_op_makes_itself_is_stuck():
    text = (
        (CORPUS / "constants.py").read_text()
        + """
def shifted(v):
    by = Value(4.0)
    out = Value(v.data + by.data, (v, by), "shift")
    def _backward():
        v.grad += out.grad
        by.grad += out.grad
    out._backward = _backward
    return out

z = shifted(x)
z.label = "z"
"""
    )
    session, _ = session_of(text, "z")
    constant = next(n.id for n in session.graph.nodes if n.name not in "xz")
    session.set_leaf(constant, 6.5)
    assert session.stuck == {
        session.graph.named("z"): f"its op makes c{constant} itself, each time"
    }


def test_a_numpy_leaf_keeps_its_kind_of_number():
    session, names = opened("numpy_scalars", "y")
    session.set_leaf(session.graph.named("w"), 2)
    kinds = {type(value.data) for value in session.live.values}
    assert {kind.__name__ for kind in kinds} == {"float64"}
    assert names["w"].data == 2.0


def test_an_int_leaf_takes_a_fraction():
    session, _ = opened("constants", "y", ("Value(3.0", "Value(3"))
    session.set_leaf(session.graph.named("x"), 2.5)
    assert session.live.values[session.graph.named("y")].data == 6.0


def test_a_number_that_left_the_graph_is_warned_of():
    session, _ = opened("softmax_max", "p")
    assert session.warnings == {}
    b = session.graph.named("b")
    session.set_leaf(b, 5.0)
    assert len(session.warnings) == 2
    for node, sentence in session.warnings.items():
        shown = session.graph.nodes[node]
        assert sentence == (
            f"The −3.0 in {shown.name} ({shown.place}) came from b.data, perhaps: it "
            "keeps its old value until the file is run again."
        )
    session.undo()
    session.set_leaf(session.graph.named("a"), 2.5)
    assert session.warnings == {}


OUTDATED = (
    "its leaves have changed since it was computed: re-evaluate first (Edit > "
    "Re-evaluate)"
)


def test_values_older_than_their_leaves_are_re_evaluated():
    session, names = opened("training_loop", "loss")
    loss, w, b = (names[name] for name in ("loss", "w", "b"))
    session.run_to_end()
    before = picture(session.live)
    outdated = session.outdated()
    assert session.graph.named("loss") in outdated
    assert picture(session.live) == before
    session.set_leaf(session.graph.named("w"), 3.0)
    assert set(session.stuck.values()) == {OUTDATED}
    session.undo()
    assert picture(session.live) == before

    session.reevaluate()
    assert session.history.undo_text == "re-evaluate"
    miss = w.data * 2.0 + b.data + -5.0
    assert loss.data == miss * miss
    assert w.grad == pytest.approx(2 * miss * 2.0, rel=1e-12)
    assert session.outdated() == ()
    session.set_leaf(session.graph.named("w"), 3.0)
    assert session.stuck == {}
    assert loss.data == (3.0 * 2.0 + b.data + -5.0) ** 2
    session.undo()
    session.undo()
    assert picture(session.live) == before
    assert session.outdated() == outdated
    session.redo()
    assert loss.data == miss * miss


def test_a_graph_that_is_up_to_date_needs_no_re_evaluation():
    session, _ = opened("stale_locals", "s")
    assert session.outdated() == ()
    session.reevaluate()
    assert session.history.undo_text == ""


def test_an_edit_that_would_make_another_graph_is_refused_where_values_are_new():
    text = LINKED.replace(
        'return Value(self.data * other.data, (self, other), "*")',
        'return Value(self.data * other.data, (self, other), "*") '
        'if self.data > 0 else Value(0.0, (self,), "0")',
    )
    session, _ = session_of(text.format(a=2.0).replace("a * b", "a * a"), "y")
    session.run_to_end()
    before = picture(session.live)
    with pytest.raises(EditError) as refused:
        session.set_leaf(session.graph.named("a"), -1.0)
    assert str(refused.value) == (
        "Computing p again failed: with these numbers its op makes another graph. "
        "Change the number in the file and run it again."
    )
    assert picture(session.live) == before


SAVED = """
{head}
class Value:
    def __init__(self, data, _prev=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")
        {save}

        def _backward():
            left, right = {load}
            self.grad += right * out.grad
            other.grad += left * out.grad
        out._backward = _backward
        return out

a = Value({a})
b = Value(7.0)
y = a * b
"""


@pytest.mark.parametrize(
    ("save", "load", "anew"),
    [
        ("out.kept = Kept(); out.kept.two = (self.data, other.data)",
         "out.kept.two", False),
        ("out.kept = Kept(); out.kept.two = (self.data, other.data); out.kept.of = out",
         "out.kept.two", True),
        ("out.kept = array('d', [self.data, other.data])", "out.kept", True),
        ("out.kept = {'of': {'both': [self.data, other.data]}}",
         "out.kept['of']['both']", False),
    ],
    ids=["object", "object of the result", "array", "dicts"],
)  # fmt: skip
def test_what_an_op_saves_beside_the_number_follows_an_edit(save, load, anew):
    head = "from array import array\nclass Kept: pass"
    text = SAVED.replace("{head}", head).replace("{save}", save).replace("{load}", load)
    session, _ = session_of(text.replace("{a}", "2.0"), "y")
    before = picture(session.live)
    session.set_leaf(session.graph.named("a"), -0.75)
    assert session.stuck == {}
    assert bool(session.notice) == anew
    same_numbers(session, session_of(text.replace("{a}", "-0.75"), "y")[0])
    session.reset()
    session.undo()
    assert picture(session.live) == before


def test_what_every_call_of_an_op_saves_in_one_place_is_stuck():
    text = SAVED.replace("{head}", "LAST = [None]")
    text = text.replace("{save}", "LAST[0] = (self.data, other.data)")
    text = text.replace("{load}", "LAST[0]").replace("{a}", "2.0")
    session, names = session_of(text, "y")
    session.set_leaf(session.graph.named("a"), -0.75)
    y = session.graph.named("y")
    assert session.stuck == {
        y: "what its op saves for the gradients is shared with its other calls"
    }
    assert names["LAST"] == [(2.0, 7.0)]
    session.run_to_end()
    assert names["b"].grad == 2.0


WRAPPED = """
class Value:
    def __init__(self, data, _prev=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._prev = _prev
        self._op = _op
        self._backward = lambda: None

    def __mul__(self, other):
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def scaled(self):
        inner, scale = self._backward, abs(self.data)

        def _backward():
            self.grad *= scale
            inner()
        self._backward = _backward
        return self

def clipped(v, limit=1.0):
    inner = v._backward

    def _backward():
        v.grad = max(-limit, min(limit, v.grad))
        inner()
    v._backward = _backward

def halved(v):
    inner, half = v._backward, eval("0.5")

    def _backward():
        v.grad *= half
        inner()
    v._backward = _backward

def masked(v, how):
    inner, mask = v._backward, how > 0

    def _backward():
        if mask:
            inner()
    v._backward = _backward

def logged(hook):
    def run():
        LOG.append(1)
        hook()
    return run

LOG = []
a = Value({a})
b = Value(7.0)
p = a * b
WRAP
y = p * b
"""


@pytest.mark.parametrize(
    "wrap",
    [
        "clipped(p)",
        "clipped(p, 0.25)",
        "p = p.scaled()",
        "p._backward = logged(p._backward)",
        "halved(p); clipped(p.scaled()); p._backward = logged(p._backward)",
    ],
)
def test_a_hook_that_was_wrapped_afterwards_is_wrapped_again_by_an_edit(wrap):
    text = WRAPPED.replace("WRAP", wrap)
    session, _ = session_of(text.replace("{a}", "2.0"), "y")
    before = picture(session.live)
    session.set_leaf(session.graph.named("a"), -0.75)
    assert session.stuck == {}
    same_numbers(session, session_of(text.replace("{a}", "-0.75"), "y")[0])
    session.reset()
    session.undo()
    assert picture(session.live) == before


@pytest.mark.parametrize(
    ("wrap", "more"),
    [
        (
            "masked(p, a.data)",
            ", and masked was called with an argument, how, that its backward function "
            "does not keep",
        ),
        ("p._backward = lambda inner=p._backward: inner()", ""),
        ("p._backward = lambda: None", ""),
    ],
)
def test_a_hook_that_nobody_can_wrap_again_is_stuck(wrap, more):
    text = WRAPPED.replace("WRAP", wrap).replace("{a}", "2.0")
    session, _ = session_of(text, "y")
    session.run_to_end()
    grads = visible(session.live, "grad")
    session.set_leaf(session.graph.named("a"), -0.75)
    p, y = session.graph.named("p"), session.graph.named("y")
    assert session.stuck == {
        p: f"its backward function was replaced after its op had made it{more}",
        y: "it is computed from p, which kept its own",
    }
    assert visible(session.live, "grad")[y] == grads[y]
