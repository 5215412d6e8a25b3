"""What the service costs, measured beside the least it could cost: `make bench`."""
