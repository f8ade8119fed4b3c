"""IPython's own translation of its syntax; imported only where a cell uses it."""

from typing import Any

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    TransformerManager,
    classic_prompt,
    ipython_prompt,
    leading_indent,
    make_tokens_by_line,
)


class _LineByLine(TransformerManager):
    """Translates without moving any line."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        # IPython's others drop empty lines, and put a cell magic's body on one line.
        self.cleanup_transforms = [leading_indent, classic_prompt, ipython_prompt]

    def do_one_token_transform(self, lines: list[str]) -> tuple[bool, list[str]]:
        """Translate the first escape, and fill up the lines it took."""
        tokens = make_tokens_by_line(lines)
        kinds: Any = self.token_transformers
        found = filter(None, (kind.find(tokens) for kind in kinds))
        for transformer in sorted(found, key=TokenTransformBase.sortby):
            try:
                changed = transformer.transform(lines)
            except SyntaxError:
                continue
            after = transformer.start_line + 1
            lost = len(lines) - len(changed)
            return True, [*changed[:after], *["\n"] * lost, *changed[after:]]
        return False, lines


def ipython_as_python(source: str) -> str:
    """Return a cell with magics as Python that calls ``get_ipython()``."""
    translated: str = _LineByLine().transform_cell(source)
    return translated
