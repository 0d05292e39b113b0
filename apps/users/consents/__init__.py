"""What borrowers agree to, in which words, and how they take it back."""
