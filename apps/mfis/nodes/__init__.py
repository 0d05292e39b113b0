"""Several writable nodes: what travels between them, where each MFI is at home, what disagrees."""
