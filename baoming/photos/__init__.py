"""The photo standard: what a season asks of a photo, and what is measured to judge one (R4)."""
