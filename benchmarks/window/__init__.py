"""Measurements of the real window, on a display of its own: what a person waits for, by the page's clock.

Both clocks are the system's (`Date.now()` in the page, `time.time()` here and in the engine), so that moments in
different processes can be compared. The page's has whole milliseconds.
"""
