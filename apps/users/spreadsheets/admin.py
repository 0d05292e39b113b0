"""The pages of imports, for both sites."""
