"""Baoming 报名: registration of candidates for the college entrance exam. See docs/ for the map."""
