"""The installable capture app of a site. Its pages come with offline capture."""
