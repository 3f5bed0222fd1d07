"""Settings -> parts: the only package that knows the core and the adapters together."""
