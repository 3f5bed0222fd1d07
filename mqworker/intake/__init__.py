"""The intake's shell: sockets, HTTP and threads around `mqworker.core.intake`."""
