"""Speed and cost of the tap, measured against others: `python -m benchmarks`."""
