"""A season (province, year, kind), its clock and its versioned data."""
