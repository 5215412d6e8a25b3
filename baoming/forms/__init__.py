"""The form and its data standard: each field declared once as season data, and what follows from it (R11, R13)."""
