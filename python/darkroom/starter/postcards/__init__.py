"""The drawing program: little illustrated postcards with captions, reproducible from a seed."""
