"""What changes a cluster: nodes that come and go, homes that move, conflicts that are decided."""
