"""Double entry: chart, posting rules, journal, accrual, provision, verification."""
