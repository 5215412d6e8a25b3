"""A season that is half over, for people who look at the system: offices, pupils who do not exist, and their steps.

Nothing is written here by hand: every act goes through the service that an office or a candidate would use, at a
moment of the season's own clock. plan.py is the table of who has come how far.
"""
