"""What the program does while nobody asks anything of it, and when told to go."""

import signal

from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QApplication

from gradviz.ui.app import SignalQuitter


def test_a_signal_quits_and_silence_costs_nothing(qapp, qtbot):
    quitter = SignalQuitter(qapp)
    woken = []
    quitter._notifier.activated.connect(lambda: woken.append(1))
    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < 200:
        QApplication.processEvents()
    assert woken == []
    signal.raise_signal(signal.SIGTERM)
    qtbot.waitUntil(lambda: bool(woken), timeout=5000)
    assert len(woken) == 1
    quitter.close()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
