"""Where messages come from: one module per technology, all with the port `Source`."""
