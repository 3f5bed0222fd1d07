"""A newcomer's walk: a clean clone in a bare Debian, and README.rst, followed word by word."""
