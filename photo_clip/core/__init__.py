"""Words and rules of the program: standard library and numpy only."""
