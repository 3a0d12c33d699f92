"""How a run is shown to people: progress, lines, bars, the summary, and the log."""
