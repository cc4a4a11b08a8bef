"""Measured, as ratios of one run: `python -m tests.benchmarks [--json] [--seconds N]`."""
