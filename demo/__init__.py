"""What `make run` does around Meltano: starts what is missing, and shows what came in."""
