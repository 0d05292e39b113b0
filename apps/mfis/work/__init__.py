"""Work that waits: notes of what happened in a schema, jobs and when each is due, and what is away."""
