"""The spreadsheets of what stands behind loans: guarantors and collateral."""
