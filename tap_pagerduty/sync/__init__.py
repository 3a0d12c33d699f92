"""How a stream is read: the base class, the kinds of streams, and what they have in common."""
