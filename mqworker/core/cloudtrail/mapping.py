"""The mapping of a CloudTrail record, as tables. All names are in lower case.

1. What is listed nowhere here is kept in `details` under its own name in lower case.
"""

from __future__ import annotations

from typing import Final, NamedTuple

SOURCE: Final = "cloudtrail"
"""`source`, and `type`: what MozDef writes there for these events."""

SEVERITY: Final = "INFO"

CATEGORY: Final = "cloudtrail"
"""The category of a record without an `eventType`."""

TAKEN: Final = ("eventtime", "eventsource", "eventtype")
"""What becomes a field of the event and leaves `details`: time, `hostname`, `category`."""

READING_VERBS: Final = frozenset({"Describe", "Get", "List"})
"""The first words of calls that change nothing."""

HIDDEN: Final = "HIDDEN_DUE_TO_SECURITY_REASONS"
"""What CloudTrail writes for a name that nobody has: people type passwords there."""

ROOT: Final = "root"
"""The user name of an account's owner: what `userName` holds there is an alias of the account."""


class Part(NamedTuple):
    """A part of a value in `userIdentity`: what follows the last `after`; "" is all of it."""

    path: tuple[str, ...]
    after: str = ""


NAME: Final = Part(("username",))
SESSION_NAME: Final = Part(("principalid",), ":")
ARN_NAME: Final = Part(("arn",), "/")

USERS: Final = {
    "iamuser": (NAME, ARN_NAME),
    "assumedrole": (SESSION_NAME, ARN_NAME, NAME),
    "role": (SESSION_NAME, NAME),
    "federateduser": (SESSION_NAME, ARN_NAME, NAME),
    "samluser": (NAME, SESSION_NAME),
    "webidentityuser": (NAME, SESSION_NAME),
    "identitycenteruser": (NAME, Part(("onbehalfof", "userid"))),
    "awsservice": (Part(("invokedby",)), NAME),
    "awsaccount": (NAME, SESSION_NAME),
}
"""Where each type of `userIdentity` has the user's name, best first.

Of an assumed role it is the name of the session, which says who assumed it; the role's own name
(`sessionContext.sessionIssuer`) is shared by everybody who may.
"""

OTHER_USERS: Final = (NAME,)
"""The same for every other type (Directory, Unknown, and what is still to come)."""

SESSIONS: Final = (Part(("accesskeyid",)), Part(("credentialid",)))
"""What names a session by itself: the key that its calls are signed with, best first."""

SESSION_CONTEXT: Final = (
    Part(("principalid",)),
    Part(("sessioncontext", "attributes", "creationdate")),
)
"""What names a session together, where CloudTrail does not tell the key."""

FREE_FORM: Final = (
    "requestparameters",
    "responseelements",
    "additionaleventdata",
    "serviceeventdetails",
)
"""Names in `details` under which each of thousands of calls has names of its own. Elasticsearch
maps each of them as one field (`flattened`), whatever it holds."""

RAW: Final = "raw_value"
"""The one name in an object that holds something else as JSON text."""

_REQUEST = """
    attribute authparameters bucketpolicy.statement.principal.service
    bucketpolicy.statement.principal.aws callerreference description
    describecapacityreservationsrequest describecoippoolsrequest
    describeegressonlyinternetgatewaysrequest describefastsnapshotrestoresrequest
    describeflowlogsrequest describehostsrequest describeinstancetypeofferingsrequest
    describeinstancetypesrequest describeipv6poolsrequest describelaunchtemplatesrequest
    describenatgatewaysrequest describepublicipv4poolsrequest describescheduledinstancesrequest
    describespotfleetrequestsrequest describevpcendpointconnectionnotificationsrequest
    describevpcendpointsrequest describevpcendpointserviceconfigurationsrequest
    describevpcendpointservicesrequest disableapitermination distributionconfig.callerreference
    domainname domainnames ebsoptimized filter groupdescription iaminstanceprofile
    invalidationbatch.callerreference imageid instancetype logging logstreamname metrics
    notification notificationconfiguration rule schema sort source tagging vpc
"""

_RESPONSE = """
    availabilityzones createddate creationdate creationtime credentials dbsubnetgroup
    distribution.distributionconfig.callerreference endpoint
    findings.service.additionalinfo.unusual invalidation.invalidationbatch.callerreference
    lastmodified lastmodifieddate policy
    responseparameters.method.response.header.access-control-allow-headers
    responseparameters.method.response.header.access-control-allow-methods
    responseparameters.method.response.header.access-control-allow-origin
    role securitygroups state subnets
"""

MIXED: Final = (
    ("additionaleventdata",),
    ("apiversion",),
    ("serviceeventdetails",),
    *(("requestparameters", *path.split(".")) for path in _REQUEST.split()),
    *(("responseelements", *path.split(".")) for path in _RESPONSE.split()),
)
"""Paths in `details` that hold text in one call and an object in another. As MozDef does, both are
kept as JSON text in an object `{"raw_value": …}`, so that searches find one form."""

MOST_KEYS: Final = 200
DEEPEST: Final = 12
"""What one value of `details` may hold, with all that is in it, before it is kept as JSON text as a
whole: the worker takes 1000 keys and 19 levels of one event."""
