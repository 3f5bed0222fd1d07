"""How messages are handed to a broker: one module per technology, with the port `Publisher`."""
