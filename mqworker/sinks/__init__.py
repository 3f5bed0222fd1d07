"""Where documents are stored: one module per technology, all with the port `Sink`."""
