"""Sign-in for both kinds of people, devices, throttling, and requests that may be repeated."""
