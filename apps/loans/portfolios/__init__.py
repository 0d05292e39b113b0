"""In whose hands borrowers and loans are: hand-overs, what an officer may see, and the filters of every list."""
