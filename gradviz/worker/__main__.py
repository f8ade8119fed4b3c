"""The worker process: ``python -m gradviz.worker``."""

from gradviz.worker.server import main

main()
