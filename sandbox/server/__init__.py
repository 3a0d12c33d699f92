"""The HTTP side: connections, authentication, rate limits, faults."""
