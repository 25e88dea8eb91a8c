"""``python -m eval.fidelity``."""

import sys

from eval.fidelity.command import main

sys.exit(main(sys.argv[1:]))
