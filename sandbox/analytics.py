"""Analytics."""
ANALYTICS = ()
