"""Matplotlib's figures as outputs of the cell that drew them, never as windows."""

import base64
import io
import sys
from collections.abc import Iterator
from typing import Any


def png(figure: Any) -> str:
    """Return a figure as a PNG in base64, cropped as Jupyter's are."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", bbox_inches="tight")
    return base64.b64encode(picture.getvalue()).decode()


def finished_figures() -> Iterator[dict[str, str]]:
    """Return each figure that is open, by MIME type, and close it."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not hasattr(pyplot, "get_fignums"):
        return
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        width, height = (round(side * figure.dpi) for side in figure.get_size_inches())
        axes = len(figure.axes)
        text = f"<Figure size {width}x{height} with {axes} Axes>"
        try:
            yield {"image/png": png(figure), "text/plain": text}
        finally:
            pyplot.close(figure)
