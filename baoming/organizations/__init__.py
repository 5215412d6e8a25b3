"""The office tree, sites and their opening, staff and roles."""
