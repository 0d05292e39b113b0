"""Messages to borrowers: what they say, how they go out, and the queue between."""
