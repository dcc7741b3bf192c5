"""Run `python -m functions.cli` as the `sutradhar` command."""

from functions.cli import main

main()
