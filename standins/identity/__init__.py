"""Stand-in for a real-person check: a page with two buttons instead of a camera."""
