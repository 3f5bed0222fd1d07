"""What can be seen of running workers: one state for each, and what is made of several."""
