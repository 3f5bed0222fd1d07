"""The only module that knows the core and the adapters together: settings in, parts out."""
