"""Local sockets by which running workers are seen: who serves them, and who asks."""
