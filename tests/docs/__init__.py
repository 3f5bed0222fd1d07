"""The documentation: it builds, its links lead somewhere, its command lines work."""
