"""A walk that a person's code made on lesson 17, as a worker would tell of it."""

from gradviz.session.facts import Column, DocumentFact, Effect, StepFact, Update
from gradviz.worker.messages import ChooseRoots, Reply


def show_recorded(
    controller, cut: int = 0, walk: str = "recorded", **document: object
) -> None:
    """Let the controller show two calls with writes before and after them."""
    graph = controller.mirror.graph

    def sets(name, before, after, what="grad"):
        return Effect(graph.named(name), what, before, after)

    steps = (
        StepFact(
            -1,
            "write",
            (sets("s1", 0.0, 0.25), sets("s2", 0.0, 0.5)),
            None,
            "cell 9",
        ),
        StepFact(
            graph.named("s1"),
            "recorded",
            (sets("w11x1", 0.0, 0.25), sets("w12x2", 0.0, 0.25)),
            0.25,
            "cell 7",
        ),
        StepFact(
            graph.named("w11x1"),
            "recorded",
            (sets("w11", 0.0, 0.25), sets("x1", 0.0, -0.5)),
            0.25,
            "cell 5",
        ),
        StepFact(
            -1,
            "write",
            (
                sets("x1", -0.5, 0.0),
                sets("w11", 0.25, 0.0),
                sets("w11x1", 0.25, 0.0),
                sets("s1", 0.25, 0.0),
                sets("x1", 1.0, 5, "data"),
            ),
            None,
            "cell 3",
        ),
        StepFact(-1, "write", (sets("x2", 0.0, 5, "data"),), None, "cell 2"),
    )
    start = Column(
        tuple(controller.mirror.data), (0.0,) * len(graph), (None,) * len(graph)
    )
    facts = DocumentFact(walk=walk, cut=cut, **{"has_recorded": True, **document})
    update = Update(0, 0, steps, 0, start, facts)
    controller._on_reply(controller.link, ChooseRoots(), Reply(0, None, update))
    # The session knows nothing of this walk; the mirror can be scrubbed without it.
    controller.link.holding = True
