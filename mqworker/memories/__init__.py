"""What correlation remembers: one module per technology, all with the port `Memory`."""
