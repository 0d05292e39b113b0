"""The commands that run the system as a whole."""
