"""Files of the corpus at the limits of what can be computed again, or stepped."""

import cmath
import random

import pytest
from corpus_case import sigmoid
from corpus_reader import data, grads, near

from gradviz.worker import messages

# What the tape can't see


def test_after_training_the_graph_is_as_its_last_loss_was_until_asked(reader):
    w, b, last = 1.0, 0.0, None
    for _ in range(3):
        miss = 2 * w + b - 5
        last = miss**2
        w, b = w - 0.05 * 4 * miss, b - 0.05 * 2 * miss
    reader.open("training_loop.py")
    assert data(reader, "loss", "w", "b") == near(loss=last, w=w, b=b)
    assert (
        "Its leaves have changed since this graph was computed: Edit > Re-evaluate "
        "computes it again from them."
    ) in reader.opened.notices
    reader.do(messages.Reevaluate())
    now = (2 * w + b - 5) ** 2
    assert data(reader, "loss") == near(loss=now)
    reader.run_to_end()
    assert grads(reader, "w", "b") == near(w=4 * (2 * w + b - 5), b=2 * (2 * w + b - 5))


def test_a_number_taken_out_of_the_graph_is_not_a_silent_mixture(reader):
    """top is a plain 3.0, whatever becomes of b: the user is told, or it is run again.

    p does not depend on top; ea does.
    """
    reader.open("softmax_max.py")
    reader.do(messages.SetLeaf(node=reader.node("b"), number=4))
    assert data(reader, "p") == near(p=sigmoid(1 - 4))
    reader.run_to_end()
    p = sigmoid(-3)
    assert grads(reader, "a", "b") == near(a=p * (1 - p), b=-p * (1 - p))
    first, second = reader.mirror.document.notices
    assert first == (
        "The −3.0 in v2 (softmax_max.py:50) came from b.data, perhaps: it keeps its "
        "old value until the file is run again."
    )
    assert "(softmax_max.py:51) came from b.data" in second
    reader.do(messages.Undo())
    assert reader.mirror.document.notices == ()


def test_an_edit_that_takes_another_branch_is_right_or_refused(reader):
    reader.open("prelu_rehooked.py")
    before = reader.picture().numbers()
    failure = reader.ask(messages.SetLeaf(node=reader.node("x"), number=2))
    if failure is not None:
        assert failure == (
            "Computing act again failed: with these numbers its op makes another "
            "graph. Change the number in the file and run it again."
        )
        assert reader.picture().numbers() == before
        return
    assert data(reader, "act", "y") == near(act=2, y=6)
    reader.run_to_end()
    assert grads(reader, "x", "k") == near(x=3, k=2)


NOISE = "calling its op again on the same operands gave another number"
OLDER = (
    "its leaves have changed since it was computed: re-evaluate first (Edit > "
    "Re-evaluate)"
)


def test_an_op_with_noise_keeps_its_number_and_says_so(reader):
    noise = random.Random(42).gauss(0, 1)
    reader.open("random_op.py")
    reader.do(messages.SetLeaf(node=reader.node("x"), number=1))
    assert reader.picture().stuck == {
        "z": NOISE,
        "y": "it is computed from z, which kept its own",
    }
    assert data(reader, "x", "z", "y") == near(x=1, z=3 + noise, y=-6 - 2 * noise)
    reader.do(messages.Undo())
    reader.do(messages.SetLeaf(node=reader.node("w"), number=0.5))
    assert reader.picture().stuck == {}
    assert data(reader, "z", "y") == near(z=3 + noise, y=1.5 + noise / 2)
    reader.run_to_end()
    assert grads(reader, "x", "w") == near(x=0.5, w=3 + noise)


def test_a_graph_whose_leaf_moved_half_way_is_re_evaluated_when_asked(reader):
    reader.open("moved_midway.py")
    assert data(reader, "a", "ab", "c", "y") == near(a=5, ab=6, c=30, y=45)
    reader.do(messages.SetLeaf(node=reader.node("a"), number=4))
    assert reader.picture().stuck == {"ab": OLDER, "c": OLDER, "y": OLDER}
    assert data(reader, "ab", "c", "y") == near(ab=6, c=30, y=45)
    reader.do(messages.Undo())
    reader.do(messages.Reevaluate())
    assert data(reader, "ab", "c", "y") == near(ab=15, c=75, y=112.5)
    reader.do(messages.SetLeaf(node=reader.node("a"), number=4))
    assert reader.picture().stuck == {}
    reader.run_to_end()
    assert data(reader, "ab", "c", "y") == near(ab=12, c=48, y=72)
    assert grads(reader, "a", "b", "k") == near(a=36, b=24, k=48)


def test_a_number_that_the_class_refuses_changes_nothing(reader):
    reader.open("checked_attributes.py")
    reader.run_to_end()
    before = reader.picture().numbers()
    refused = reader.ask(messages.SetLeaf(node=reader.node("a"), number=500))
    assert refused == (
        "Computing a again failed: ValueError: data must be between -100 and 100."
    )
    assert reader.picture().numbers() == before


# What can't be stepped is told plainly


@pytest.mark.parametrize(
    ("file", "cls", "numbers"),
    [
        ("global_tape.py", "Value", {"a": 2, "b": -3, "ab": -6, "y": -4}),
        ("lambda_ops.py", "V", {"p": 3, "q": 5, "pq": 15, "r": 20}),
    ],
    ids=["global_tape.py", "lambda_ops.py"],
)
def test_nodes_without_a_rule_are_shown_with_the_reason(reader, file, cls, numbers):
    reader.open(file)
    told = [*reader.failures, *(reader.opened.notices if reader.opened else ())]
    assert any(cls in sentence for sentence in told), told
    assert reader.mirror is not None
    assert data(reader, *numbers) == near(**numbers)


def test_arrays_are_refused_by_name(reader):
    reader.open("array_data.py")
    assert any("Tensor" in sentence for sentence in reader.failures), reader.failures


# A network


def network(numbers):
    """Return the loss of lecture_mlp.py in plain arithmetic, complex if asked."""
    hidden, last = [numbers[3 * i : 3 * i + 3] for i in range(3)], numbers[9:]
    loss = 0
    for x, wanted in (([2.0, 3.0], 1.0), ([0.5, -1.0], -1.0)):
        inner = [cmath.tanh(w1 * x[0] + w2 * x[1] + b) for w1, w2, b in hidden]
        out = sum(w * h for w, h in zip(last, inner, strict=False)) + last[3]
        loss += (cmath.tanh(out) - wanted) ** 2
    return loss


def slope(numbers, index):
    """Differentiate by a complex step, which has no rounding of a difference."""
    moved = [complex(n, 1e-30 * (i == index)) for i, n in enumerate(numbers)]
    return network(moved).imag / 1e-30


def test_the_lecture_s_network_has_the_derivatives_of_its_loss(reader):
    choose = random.Random(1337)
    numbers = [choose.uniform(-1, 1) for _ in range(13)]
    reader.open("lecture_mlp.py")
    names = [f"params[{i}]" for i in range(13)]
    for edited in (None, 4):
        if edited is not None:
            numbers[edited] = 0.125
            node = reader.node(names[edited])
            reader.do(messages.SetLeaf(node=node, number=0.125))
        reader.run_to_end()
        assert reader.mirror.document.stuck == ()
        loss = network(numbers).real
        assert data(reader, "loss") == {"loss": pytest.approx(loss, rel=1e-9)}
        wanted = {n: slope(numbers, i) for i, n in enumerate(names)}
        assert grads(reader, *names) == pytest.approx(wanted, rel=1e-8)


# Constants are edited like any leaf


def test_a_constant_is_edited_like_any_leaf(reader):
    reader.open("constants.py")
    graph = reader.mirror.graph
    two = next(
        n.id for n in graph.nodes if n.constant and reader.mirror.data[n.id] == 2
    )
    reader.do(messages.SetLeaf(node=two, number=5))
    reader.run_to_end()
    assert data(reader, "double", "y") == near(double=15, y=16)
    assert grads(reader, "x") == near(x=5)
