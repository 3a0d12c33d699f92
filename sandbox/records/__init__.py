"""Records that are generated from a seed and the shapes in `shapes.txt`."""
