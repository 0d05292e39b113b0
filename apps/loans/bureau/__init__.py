"""The monthly file for a credit bureau: what goes in, by which rules, and how a bureau's own format is plugged in."""
