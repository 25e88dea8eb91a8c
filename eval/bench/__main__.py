"""``python -m eval.bench``."""

import sys

from eval.bench.command import main

sys.exit(main(sys.argv[1:]))
