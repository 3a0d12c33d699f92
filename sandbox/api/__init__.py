"""What all endpoints share: declarations, checks of queries, time windows, paging, errors."""
