"""Servers that come with the project, for demonstrations, tests and benchmarks."""
