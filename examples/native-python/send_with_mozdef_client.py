"""Send an event with MozDef's own client, unchanged (pip install mozdef-client).

Usage: python send_with_mozdef_client.py [http://HOST:8080/events]
"""

import sys

from mozdef_client import MozDefEvent


def main() -> None:
    """Send a failed login."""
    event = MozDefEvent(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080/events")
    event.set_category("authentication")
    event.summary = "joe failed to log in"
    event.set_severity(MozDefEvent.SEVERITY_WARNING)
    event.tags = ["shop"]
    event.details = {"username": "joe", "sourceipaddress": "192.0.2.17", "success": False}
    event.send()


if __name__ == "__main__":
    main()
