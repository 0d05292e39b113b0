"""The commands on running loans."""
