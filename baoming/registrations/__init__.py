"""The heart: candidate, identity, roster, photo, number, form, save, and the journey that gates them."""
