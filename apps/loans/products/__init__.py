"""What a lender offers: products, what they would cost, policy and holidays."""
