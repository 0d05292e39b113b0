"""What changes how somebody gets in."""
