"""`python -m overgang.cli`."""

import sys

from overgang.cli.main import main

sys.exit(main())
