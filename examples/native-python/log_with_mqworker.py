"""Send what a program logs, with the handler that comes with mqworker.

Usage: python log_with_mqworker.py [http://HOST:8080 | amqp://USER:PASSWORD@HOST:5672/] [DIRECTORY]
"""

import logging
import sys

import mqworker.client

log = logging.getLogger("shop")


def main() -> None:
    """Log a login, and an exception."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
    spool = sys.argv[2] if len(sys.argv) > 2 else None  # noqa: PLR2004 - the second argument
    # What waits in the spool survives kill -9, and goes with the next start of the program.
    handler = mqworker.client.Handler(url, spool=spool, processname="shop", tags=["shop"])
    log.addHandler(handler)
    log.setLevel(logging.INFO)

    login = {"username": "joe", "sourceipaddress": "192.0.2.17", "success": False}
    log.warning("joe failed to log in", extra={"category": "authentication", "details": login})
    try:
        int("seventeen")
    except ValueError:
        log.exception("the order can't be read", extra={"sessionid": "9f2c4b7ae1d84c60"})
    # At the end of the program, everything is sent or, if the intake is away, on disk.


if __name__ == "__main__":
    main()
