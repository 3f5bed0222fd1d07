"""Who called and in which session, from every form of userIdentity."""

import pytest

from mqworker.core.cloudtrail.caller import caller
from mqworker.core.cloudtrail.keys import lowered
from mqworker.core.cloudtrail.mapping import HIDDEN

KEY = "ASIAIOSFODNN7EXAMPLE"
SESSION = {"attributes": {"creationDate": "2026-11-23T12:00:00Z", "mfaAuthenticated": "false"}}
ROLE = {
    "type": "AssumedRole",
    "principalId": "AROAIDPPEZS35WEXAMPLE:alice",
    "arn": "arn:aws:sts::123456789012:assumed-role/admin/alice",
    "accountId": "123456789012",
    "accessKeyId": KEY,
    "sessionContext": SESSION | {"sessionIssuer": {"type": "Role", "userName": "admin"}},
}
FORMS = {
    "IAMUser": ({"type": "IAMUser", "userName": "joe", "accessKeyId": KEY}, "joe", KEY),
    "IAMUser without a name": (
        {"type": "IAMUser", "arn": "arn:aws:iam::1:user/team/joe"},
        "joe",
        None,
    ),
    "AssumedRole": (ROLE, "alice", KEY),
    "AssumedRole without principalId": (ROLE | {"principalId": None}, "alice", KEY),
    "AssumedRole without key": (
        ROLE | {"accessKeyId": ""},
        "alice",
        "AROAIDPPEZS35WEXAMPLE:alice@2026-11-23T12:00:00Z",
    ),
    "Root": ({"type": "Root", "principalId": "1", "arn": "arn:aws:iam::1:root"}, "root", None),
    "Root with an alias of the account": ({"type": "Root", "userName": "acme"}, "root", None),
    "AWSService": (
        {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"},
        "autoscaling.amazonaws.com",
        None,
    ),
    "AWSAccount": (
        {"type": "AWSAccount", "principalId": "AROAEXAMPLE:bob", "accountId": "210987654321"},
        "bob",
        None,
    ),
    "AWSAccount of a user": (
        {"type": "AWSAccount", "principalId": "AIDAEXAMPLE", "accountId": "210987654321"},
        None,
        None,
    ),
    "FederatedUser": (
        {
            "type": "FederatedUser",
            "principalId": "123456789012:carol",
            "arn": "arn:aws:sts::123456789012:federated-user/carol",
            "accessKeyId": KEY,
            "sessionContext": {"sessionIssuer": {"type": "IAMUser", "userName": "broker"}},
        },
        "carol",
        KEY,
    ),
    "SAMLUser": (
        {
            "type": "SAMLUser",
            "principalId": "x5gpbkQ+1Y8=:dave@example.org",
            "userName": "dave@example.org",
            "identityProvider": "x5gpbkQ+1Y8=",
        },
        "dave@example.org",
        None,
    ),
    "WebIdentityUser": (
        {
            "type": "WebIdentityUser",
            "principalId": "accounts.google.com:app.apps.example:eve",
            "userName": "eve",
            "identityProvider": "accounts.google.com",
        },
        "eve",
        None,
    ),
    "WebIdentityUser without a name": (
        {"type": "WebIdentityUser", "principalId": "accounts.google.com:app.apps.example:eve"},
        "eve",
        None,
    ),
    "IdentityCenterUser": (
        {
            "type": "IdentityCenterUser",
            "accountId": "123456789012",
            "onBehalfOf": {"userId": "544894e8-80c1-707f-60e3-3ba6510dfac1"},
            "credentialId": "EXAMPLEVHULjJdTUdPJfofVa1sufHDoj7aYcOYcxFV",
        },
        "544894e8-80c1-707f-60e3-3ba6510dfac1",
        "EXAMPLEVHULjJdTUdPJfofVa1sufHDoj7aYcOYcxFV",
    ),
    "Directory": ({"type": "Directory", "userName": "frank"}, "frank", None),
    "Unknown": ({"type": "Unknown", "principalId": "1"}, None, None),
    "a type that is still to come": ({"type": "New", "userName": "grace"}, "grace", None),
    "a type that is no text": ({"type": 7, "userName": "heidi"}, "heidi", None),
    "a name that is hidden": ({"type": "IAMUser", "userName": HIDDEN}, None, None),
}


@pytest.mark.parametrize(("identity", "user", "session"), FORMS.values(), ids=FORMS)
def test_every_form_of_identity_names_its_user_and_session(identity, user, session):
    told = {"username": user, "sessionid": session}
    expected = {name: text for name, text in told.items() if text}
    assert expected == caller(lowered(identity))


@pytest.mark.parametrize("identity", [None, "joe", ["joe"], 7, {}])
def test_what_is_no_identity_names_nobody(identity):
    assert {} == caller(identity)
