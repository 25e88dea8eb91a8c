"""``python -m eval.picture``."""

import sys

from eval.picture.command import main

sys.exit(main(sys.argv[1:]))
