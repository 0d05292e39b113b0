"""How the schemas of MFIs are rendered, made and migrated."""
