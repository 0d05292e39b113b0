"""The code of a release to come, as far as the database sees it: a migration that adds a column to the facts."""
