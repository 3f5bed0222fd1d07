"""AWS CloudTrail: notification -> objects; object -> records; record -> canonical event.

The format is that of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/ ("CloudTrail
record contents", "CloudTrail userIdentity element", "CloudTrail log file examples"); names and
summary are MozDef's. There is one mapping, and it is data: `mqworker.core.cloudtrail.mapping`. The
command `mqworker cloudtrail` uses it, and the extractor for records that others ship.
"""
