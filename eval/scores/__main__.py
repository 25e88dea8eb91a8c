"""``python -m eval.scores``."""

import sys

from eval.scores.command import main

sys.exit(main(sys.argv[1:]))
