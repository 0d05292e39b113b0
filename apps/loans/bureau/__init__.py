"""The credit bureau's monthly file: rehearsed, made, answered."""
