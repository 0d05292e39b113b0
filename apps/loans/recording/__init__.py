"""Appending a fact to a loan: fold, project, post, tell, in one transaction."""
