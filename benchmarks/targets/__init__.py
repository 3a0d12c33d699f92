"""Which Singer targets load the tap, and what arrives: `python -m benchmarks.targets`."""
