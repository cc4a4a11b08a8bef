"""What it costs, as ratios of one run on one machine: `.venv/bin/python -m tests.benchmarks [--json] [--seconds 5]`."""
