"""Subjects, specialty exams, exam sites, rooms, seats and tickets."""
