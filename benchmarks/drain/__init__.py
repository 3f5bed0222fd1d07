"""A drain: a full queue, a real worker process, a sink, and what the way between costs."""
