"""Pages that stand outside the back-office: invitations, password reset, the MFI's logo."""
