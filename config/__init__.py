"""Settings, addresses, the two APIs, the worker, embedded servers, the demonstration."""
