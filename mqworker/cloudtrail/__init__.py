"""`mqworker cloudtrail`: from SQS and S3 to the exchange.

    receive -> read the notification -> read each object -> publish -> delete

1. A message is deleted only when each of its events, or a dead letter, is confirmed by the broker.
2. It stays invisible to others while it is worked on; after a kill SQS delivers it again, and what
   was published before is published again under the same message IDs.
3. What can't be read now is tried again; what never can is dead-lettered; what may not be read is
   put back, and told.
"""
