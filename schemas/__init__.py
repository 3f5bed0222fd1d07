"""The JSON Schemas of the event types; a package only so that they can be found where installed."""
