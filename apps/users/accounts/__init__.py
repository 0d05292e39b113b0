"""Who somebody is: accounts of one schema, borrowers' profiles, passwords, merged records."""
