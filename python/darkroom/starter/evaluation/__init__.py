"""Measuring the starter model: a reader that never saw its pictures says what they show."""
