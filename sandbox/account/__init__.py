"""The account: its configuration, the history of its incidents, its clock."""
