"""What people, programs and the worker do with a run, each a command."""
