"""Stand-in for the card reader agent on the PC of a site's desk."""
