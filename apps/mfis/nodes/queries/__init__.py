"""The SQL of several nodes: homes, schemas, streams, and tables that are compared or put right."""
