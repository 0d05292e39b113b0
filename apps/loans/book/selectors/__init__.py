"""What the book says of a loan, now or on another day."""
