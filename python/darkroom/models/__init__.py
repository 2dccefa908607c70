"""Model files: what is on disk, whether it is safe, and how it gets into memory."""
