"""Stand-in for a sender of SMS: an inbox page instead of telephones."""
