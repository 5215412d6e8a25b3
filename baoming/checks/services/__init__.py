"""What can be done to checks and to pairs that look alike. Each function is one transaction."""
