"""The engine behind a pair of pipes: frames in, frames out. What the window starts and what `python -m` runs.

`frames` is the format, `pipes` moves it on threads of its own, `dispatch` turns bytes into commands and answers into
bytes, `files` answers with pictures, `serve` is the process.
"""
