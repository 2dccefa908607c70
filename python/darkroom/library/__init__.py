"""The home folder: its database, its pictures and what they say about themselves."""
