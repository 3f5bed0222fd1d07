"""The pure core: no I/O, no clock, no threads, no logging; `now` and chance come as arguments."""
