"""``python -m gradviz`` is the same as ``gradviz``."""

import sys

from gradviz.cli import main

sys.exit(main())
