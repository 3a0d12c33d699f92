"""Which endpoints there are, by area, and what each of them returns."""
