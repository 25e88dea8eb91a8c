"""``python -m eval.trials``."""

import sys

from eval.trials.command import main

sys.exit(main(sys.argv[1:]))
