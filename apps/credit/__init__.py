"""Credit histories in MongoDB: written from the outbox, read by consent, scored, kept as long as is settled."""
