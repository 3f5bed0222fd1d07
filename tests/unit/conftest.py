"""Properties are about what is true, not about how fast this machine is today.

With MQWORKER_TEST_PROPERTIES=long each is tried with 5,000 examples.
"""

import os

from hypothesis import HealthCheck, settings

PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("unit", **PATIENT)
settings.register_profile("long", max_examples=5_000, **PATIENT)
settings.load_profile(os.environ.get("MQWORKER_TEST_PROPERTIES", "unit"))
