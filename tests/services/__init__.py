"""Real RabbitMQ, Elasticsearch and Redis for the tests; see `fixtures` for what a test may ask for.

Where a service comes from, in this order: a URL in the environment (MQWORKER_TEST_AMQP_URL,
MQWORKER_TEST_ELASTICSEARCH_URL, MQWORKER_TEST_REDIS_URL), testcontainers when a Docker engine
answers, a program started on this machine.
"""
