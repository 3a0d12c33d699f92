"""What records are filled with: seeded random numbers, ids, timestamps, example names."""
