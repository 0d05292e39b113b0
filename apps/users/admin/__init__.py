"""The two back-office sites and their pages about people."""
