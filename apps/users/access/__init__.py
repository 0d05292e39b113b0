"""Getting in and staying in: sign-in, invitations, password reset, codes, tokens, sessions, limits."""
