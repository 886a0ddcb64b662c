"""What can go wrong, done to the real program in processes: `python -m tests.benchmarks faults`."""
