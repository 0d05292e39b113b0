"""What stands behind a loan: guarantors and collateral."""
