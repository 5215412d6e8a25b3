"""Progress, exports and hand-over files. Reads everything, writes only its own exports."""
