"""mqworker: from RabbitMQ to Elasticsearch, losing nothing."""

__version__ = "0.1.0"
