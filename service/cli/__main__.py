"""`python -m service.cli`, for where the command `istc` is not on the path."""

from service.cli import main

main()
