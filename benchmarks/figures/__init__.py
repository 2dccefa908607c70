"""One file for each figure. Each has `measure(bench)`, which yields its results."""
