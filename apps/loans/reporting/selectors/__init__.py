"""Questions about books and portfolio that change nothing."""
