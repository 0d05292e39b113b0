"""Several writable nodes: what travels between them, and how each keeps its streams, schemas and home in order."""
