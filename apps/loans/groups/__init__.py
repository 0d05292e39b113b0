"""Groups whose members answer for each other, and who belongs to them."""
