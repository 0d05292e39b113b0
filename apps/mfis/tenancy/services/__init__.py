"""What changes MFIs: opening, changing, suspending, and their logos."""
