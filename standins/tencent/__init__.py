"""Tencent Cloud SMS: the wire format of version 2021-01-11, on a page instead of telephones."""
