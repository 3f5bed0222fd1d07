"""Settings: where they come from, what they are, and how a wrong one is explained."""
