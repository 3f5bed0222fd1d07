"""Stand-ins for what a real service can't be made to do."""
