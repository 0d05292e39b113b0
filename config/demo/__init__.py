"""Demonstration data: made by calling the services, as people would."""
