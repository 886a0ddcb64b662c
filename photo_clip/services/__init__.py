"""What the program does; these modules import core only and are handed everything else."""
