"""Lines that were made to be hard to read."""

PIECES = (
    *(" from ", "6.6.6.6", " port ", "6", " ssh2", ": ", "RSA ", "user ", "invalid user "),
    *("authenticating ", " [preauth]", "[preauth]", "root", " ", "timed out", "::6", "(", "'", '"'),
    *(" rhost=", " user=", " ruser=", " ; USER=", " ; COMMAND=", " : ", "TTY=", " by ", "(uid="),
    *("RSA-CERT SHA256:5vXQJ8nGm2kQmF0e1s7yRzj0cR9wTqkYp3oLhWbXa1c", ' ID x (serial 6) CA RSA "'),
    *(', client user "', ', client host "', "UNKNOWN", " for ", ") ", "for ", " on pts/6", ","),
    *("SHA256:5vXQJ8nGm2kQmF0e1s7yRzj0cR9wTqkYp3oLhWbXa1c", "Connection from ", "->", "/6"),
)
"""What a stranger might put together, all of it about 6.6.6.6 and root."""

BEGINNINGS = (
    *("Accepted publickey for ", "Failed password for invalid user ", "Failed hostbased for x"),
    *("Connection from ", "Connection closed by invalid user ", "Disconnected from user "),
    *("Disconnecting invalid user ", "Received disconnect from ", "Invalid user ", "User "),
    *("input_userauth_request: invalid user ", "maximum authentication attempts exceeded for "),
    *("Starting session: forced-command (config) '", "Close session: user ", "PAM: x for "),
    *("Authentication tried for ", "subsystem request for ", "session opened for local user "),
    *("Bad protocol version identification '", "Unable to negotiate with user ", "Nasty PTR "),
    *("reverse mapping checking getaddrinfo for ", "refused connect from ", "banner exchange: "),
    *("Denied ", "drop connection #1 from [", "message repeated 2 times: [ ", "", "Address "),
    *("pam_unix(su:session): session opened for user ", "pam_x(a:auth): authentication failure;"),
    *("pam_x(a:auth): received for user ", "pam_x(a:auth): requirement ", "PAM 1 more "),
    *("pam_x(a:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser=", "joe : "),
    *("joe : TTY=pts/0 ; PWD=", "joe : x", "(to ", "FAILED SU (to ", "Successful su for ", "+ a "),
    *("LOGIN ON ", "FAILED LOGIN 1 FROM ", "FAILED LOGIN (1) on '", "[sshd] Ban ", "NOTICE [a] "),
    *("%-RT_FLOW_SESSION_CREATE: session created ", "RT_FLOW_SESSION_CLOSE: session closed "),
    *("9,,,1,igb0,match,block,in,4,", "9,,,1,igb0,match,block,in,6,", "<1>Nov 23 05:48:44 a b: "),
)
"""How the lines begin that the shipped extractors read."""
