"""Settings, URL tables and the WSGI entry points of the two portals."""
