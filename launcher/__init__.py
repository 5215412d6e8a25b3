"""Brings up everything on one machine: assets, PostgreSQL, roles, portals, worker, stand-ins."""
