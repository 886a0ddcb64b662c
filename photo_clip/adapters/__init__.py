"""One module for each third-party library; they import core and their library, nothing else."""
