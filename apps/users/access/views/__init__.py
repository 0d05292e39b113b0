"""Pages for whoever is not signed in: invitations and password reset, of both sites."""
