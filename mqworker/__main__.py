"""`python -m mqworker` is `mqworker`."""

from mqworker.cli import main

main()
