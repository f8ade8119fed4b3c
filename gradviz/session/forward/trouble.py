"""What goes wrong when an op is called again, in words."""

ANOTHER_GRAPH = (
    "with these numbers its op makes another graph. Change the number in the file and "
    "run it again."
)


class ReplayError(Exception):
    """An op failed on the edited numbers; the message is a sentence.

    Attributes:
        node: The Value whose op failed.
    """

    def __init__(self, node: int, name: str, because: str) -> None:
        super().__init__(f"Computing {name} again failed: {because}")
        self.node = node


def described(cause: BaseException) -> str:
    """Return what an exception says, as the end of a sentence."""
    kind = type(cause).__name__
    if isinstance(cause, KeyboardInterrupt):
        return "you stopped it."
    try:
        text = str(cause).strip()
    except Exception:  # an exception class of the person's own
        text = ""
    if kind == "DomainError":
        return text
    return f"{kind}: {text.rstrip('.')}." if text else f"{kind}."
