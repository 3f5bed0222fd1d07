"""A drain: a full queue, a real worker process, a sink, and what it takes to empty the one into the
other."""
