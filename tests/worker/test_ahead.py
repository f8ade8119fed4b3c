"""A worker that waits for its file loads what the file's last run has loaded."""

import os

from gradviz.worker.messages import GetReady, Open

DRAWS = """
from gradviz import Value
import matplotlib.pyplot as plt
import numpy as np

y = Value(float(np.float64(2))) * 3
"""


def test_what_takes_long_is_told_for_the_next_worker(talk, tmp_path) -> None:
    (tmp_path / "draws.py").write_text(DRAWS)
    talk.ask(Open(path=str(tmp_path / "draws.py")))
    assert talk.opened.modules == ("numpy", "matplotlib.pyplot")


def test_a_module_of_the_persons_own_is_never_loaded_ahead(talk, tmp_path) -> None:
    (tmp_path / "numpy.py").write_text("float64 = float")
    plain = DRAWS.replace("import matplotlib.pyplot as plt", "")
    (tmp_path / "draws.py").write_text(plain)
    talk.ask(Open(path=str(tmp_path / "draws.py")))
    assert talk.opened.modules == ()


def test_settings_of_matplotlib_beside_the_file_count(talk, tmp_path) -> None:
    (tmp_path / "matplotlibrc").write_text("figure.dpi: 31")
    (tmp_path / "draws.py").write_text(DRAWS + "print(plt.rcParams['figure.dpi'])")
    talk.ask(Open(path=str(tmp_path / "draws.py")))
    assert "".join(said.text for said in talk.output) == "31.0\n"
    assert talk.opened.modules == ("numpy",)


def test_a_worker_that_was_ready_runs_a_file_as_any_other(talk, tmp_path) -> None:
    script = """
        import os, sys
        from gradviz import Value
        print(*(name for name in ("numpy", "IPython") if name in sys.modules))
        print(os.getcwd())
        y = Value(2.0) * 3
        """.replace("\n        ", "\n")
    (tmp_path / "draws.py").write_text(script)
    talk.ask(GetReady(modules=("gradviz.sources.shell", "numpy", "antigravity")))
    assert talk.output == []
    talk.ask(Open(path=str(tmp_path / "draws.py")))
    assert talk.mirror.data[-1] == 6
    said = "".join(said.text for said in talk.output)
    assert said == f"numpy IPython\n{os.path.realpath(tmp_path)}\n"
