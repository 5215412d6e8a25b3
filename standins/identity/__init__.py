"""Stand-in for two services of the police: network identity on a page with buttons, and the registers."""
