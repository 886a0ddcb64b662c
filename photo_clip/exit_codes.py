"""How the program ends, as a number for scripts."""

DONE, NOTHING_FOUND, WRONG_USAGE, TROUBLE, INTERRUPTED = 0, 1, 2, 3, 130
