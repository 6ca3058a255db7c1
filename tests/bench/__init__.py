"""Benchmarks, as ratios to the field's own tools in one run: `python -m tests.bench NAME`."""
