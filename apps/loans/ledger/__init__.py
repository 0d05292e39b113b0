"""The books: a chart of accounts as data, rules from a loan's state to balances, and posting by difference."""
