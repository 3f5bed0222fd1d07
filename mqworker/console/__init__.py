"""The console: a small server for people, on this machine only."""
