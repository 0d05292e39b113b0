"""What every room rests on: errors, the actor, commands, the kinds of table and their guards, the roles table."""
